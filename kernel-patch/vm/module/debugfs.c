// SPDX-License-Identifier: GPL-2.0-only
/* wgval: measures the kernel's allowedips and FIB tries, and its IPv6 FIB, from inside. The files in debugfs, and the commands. */
#include "wgval.h"

#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define ANSWER_BYTES (64 << 10)
#define COMMAND_BYTES 128
#define INPUT_BYTES (256 << 20)

#define ADDRESS_PARAMETER(name)					\
	unsigned long name##_address;				\
	module_param_named(name, name##_address, ulong, 0)

ADDRESS_PARAMETER(wg_allowedips_lookup_dst);
ADDRESS_PARAMETER(wg_allowedips_lookup_src);
ADDRESS_PARAMETER(wg_allowedips_insert_v4);
ADDRESS_PARAMETER(wg_allowedips_insert_v6);
ADDRESS_PARAMETER(wg_allowedips_remove_by_peer);
ADDRESS_PARAMETER(fib_table_insert);
ADDRESS_PARAMETER(fib_table_delete);
ADDRESS_PARAMETER(rtmsg_fib);
ADDRESS_PARAMETER(fib6_table_lookup);
ADDRESS_PARAMETER(ip6_route_add);
ADDRESS_PARAMETER(ip6_route_del);
ADDRESS_PARAMETER(kvfree_rcu_barrier);
ADDRESS_PARAMETER(wg_route_lookup_dst);
ADDRESS_PARAMETER(wg_route_check_src);

/* What was written to a file, in one piece of memory that grows by doubling. */
struct input {
	u8 *data;
	size_t bytes;
	size_t room;
};

static DEFINE_MUTEX(lock);
static struct dentry *folder;
static struct input keys_input, ops_input;
static int input_family = 4;
static char answer_text[ANSWER_BYTES];
static struct seq_buf answer;

static int input_grow(struct input *input, size_t bytes)
{
	size_t room = max(bytes, 2 * input->room);
	u8 *data;

	if (bytes <= input->room)
		return 0;
	if (bytes > INPUT_BYTES)
		return -EFBIG;
	data = kvmalloc(room, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	if (input->bytes)
		memcpy(data, input->data, input->bytes);
	kvfree(input->data);
	input->data = data;
	input->room = room;
	return 0;
}

static int input_open(struct inode *inode, struct file *file)
{
	struct input *input = inode->i_private;

	file->private_data = input;
	if (file->f_flags & O_TRUNC)
		input->bytes = 0;
	return 0;
}

static ssize_t input_write(struct file *file, const char __user *text, size_t bytes, loff_t *offset)
{
	struct input *input = file->private_data;
	int err;

	mutex_lock(&lock);
	err = input_grow(input, input->bytes + bytes);
	if (!err && copy_from_user(input->data + input->bytes, text, bytes))
		err = -EFAULT;
	if (!err)
		input->bytes += bytes;
	mutex_unlock(&lock);
	return err ? err : bytes;
}

static const struct file_operations input_operations = {
	.owner = THIS_MODULE,
	.open = input_open,
	.write = input_write,
};

static u32 input_width(void)
{
	return input_family == 4 ? 4 : 16;
}

static struct keys keys_now(void)
{
	return (struct keys){
		.data = keys_input.data,
		.width = input_width(),
		.count = keys_input.bytes / input_width(),
	};
}

static struct ops ops_now(void)
{
	return (struct ops){
		.data = ops_input.data,
		.width = input_width(),
		.count = ops_input.bytes / (input_width() + 4),
	};
}

/* The loop around a lookup, without the lookup. */
static int lookup_none(const struct keys *keys, u32 count, bool dependent)
{
	struct chain chain = { .mask = dependent ? count - 1 : ~0U };
	u64 started, sum = 0;
	u32 i;

	if (dependent)
		OPTIMIZER_HIDE_VAR(chain.zero);
	started = ktime_get_ns();
	for (i = 0; i < count; i++) {
		u64 key = *(const u32 *)(keys->data + (size_t)chain.place * keys->width);

		sum += key;
		OPTIMIZER_HIDE_VAR(sum);
		chain_next(&chain, key);
	}
	seq_buf_printf(&answer, "ns %llu sum %llu\n", ktime_get_ns() - started, sum);
	return 0;
}

/* Whether the word names a way to find a packet's peer. */
static bool is_path(const char *word, enum path_kind *kind)
{
	static const char *const names[] = {
		[PATH_SRC] = "src", [PATH_TX] = "tx", [PATH_DST] = "dst", [PATH_RX] = "rx",
	};
	int i = match_string(names, ARRAY_SIZE(names), word);

	if (i >= 0)
		*kind = i;
	return i >= 0;
}

static int command_lookup(const char *words)
{
	struct keys keys = keys_now();
	u32 number, count, dependent;
	enum path_kind kind;
	char what[8];

	if (sscanf(words, "%7s %u %u %u", what, &number, &count, &dependent) != 4)
		return -EINVAL;
	if (!count || count > keys.count || (dependent && !is_power_of_2(count)))
		return -ERANGE;
	if (!strcmp(what, "wg"))
		return wireguard_lookup(&keys, count, dependent, &answer);
	if (!strcmp(what, "fib") && keys.width == 4)
		return route_lookup(number, &keys, count, dependent, &answer);
	if (!strcmp(what, "fib6") && keys.width == 16)
		return route6_lookup(number, &keys, count, dependent, &answer);
	if (is_path(what, &kind))
		return path_lookup(kind, &keys, count, dependent, &answer);
	return strcmp(what, "none") ? -EINVAL : lookup_none(&keys, count, dependent);
}

static int command_barrier(void)
{
	synchronize_rcu();
	rcu_barrier();
	if (kvfree_rcu_barrier_address)
		((void (*)(void))kvfree_rcu_barrier_address)();
	return 0;
}

static int command_update(u32 table, const char *shape)
{
	static const char *const names[] = {
		[UPDATE_NEXTHOP] = "nexthop", [UPDATE_DEVICE] = "device", [UPDATE_ENCAP] = "encap",
	};
	int i = match_string(names, ARRAY_SIZE(names), shape);
	struct ops ops = ops_now();

	if (i < 0)
		return -EINVAL;
	return input_family == 4 ? route_update(table, &ops, i, &answer) : route6_update(table, &ops, i, &answer);
}

/* NAME wg FAMILY, NAME fib TABLE or NAME fib6 TABLE: the number is the family or the table. */
static int command_named(const char *name, const char *structure, u32 number, const char *shape)
{
	enum path_kind kind;
	bool wg = !strcmp(structure, "wg"), fib = !strcmp(structure, "fib"), fib6 = !strcmp(structure, "fib6");
	struct keys keys = keys_now();
	struct ops ops = ops_now();

	if (!strcmp(name, "answers") && is_path(structure, &kind) && number == input_family)
		return path_answers(kind, &keys, &answer);
	if (!wg && !fib && !fib6)
		return -EINVAL;
	if (wg && strcmp(name, "remove") && number != input_family)
		return -EINVAL;
	if (!wg && input_family != (fib ? 4 : 6))
		return -EAFNOSUPPORT;
	if (!strcmp(name, "answers") && fib6)
		return route6_answers(number, &keys, &answer);
	if (!strcmp(name, "answers"))
		return wg ? wireguard_answers(&keys, &answer) : route_answers(number, &keys, &answer);
	if (!strcmp(name, "update"))
		return wg ? wireguard_update(&ops, &answer) : command_update(number, shape);
	if (!strcmp(name, "notify") && fib)
		return route_notify(number, &ops, &answer);
	if (!strcmp(name, "remove") && wg)
		return wireguard_remove(number, &answer);
	return -EINVAL;
}

static int command_readers(const char *words)
{
	struct keys keys = keys_now();
	struct ops ops = ops_now();

	return readers_command(words, &keys, &ops, &answer);
}

static int command(const char *line)
{
	char name[16], structure[8], shape[8] = "nexthop";
	u32 number;

	if (!strncmp(line, "lookup ", 7))
		return command_lookup(line + 7);
	if (!strncmp(line, "readers ", 8))
		return command_readers(line + 8);
	if (!strcmp(line, "barrier"))
		return command_barrier();
	if (!strcmp(line, "sizes"))
		return wireguard_sizes(&answer) ?: route_sizes(&answer) ?: route6_sizes(&answer);
	if (!strcmp(line, "gateways"))
		return wireguard_gateways(&answer);
	if (sscanf(line, "trie wg %u", &number) == 1 && (number == 4 || number == 6))
		return wireguard_trie(number, &answer);
	if (sscanf(line, "trie fib6 %u", &number) == 1)
		return route6_trie(number, &answer);
	if (sscanf(line, "trie fib %u", &number) == 1)
		return route_trie(number, &answer);
	if (sscanf(line, "input %u", &number) == 1 && (number == 4 || number == 6)) {
		input_family = number;
		return 0;
	}
	if (sscanf(line, "%15s %7s %u %7s", name, structure, &number, shape) >= 3)
		return command_named(name, structure, number, shape);
	return -EINVAL;
}

static ssize_t cmd_write(struct file *file, const char __user *text, size_t bytes, loff_t *offset)
{
	char line[COMMAND_BYTES];
	int err;

	if (bytes >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, bytes))
		return -EFAULT;
	line[bytes] = '\0';
	mutex_lock(&lock);
	seq_buf_clear(&answer);
	err = command(strim(line));
	if (!err && seq_buf_has_overflowed(&answer))
		err = -E2BIG;
	mutex_unlock(&lock);
	return err ? err : bytes;
}

static ssize_t cmd_read(struct file *file, char __user *text, size_t bytes, loff_t *offset)
{
	return simple_read_from_buffer(text, bytes, offset, answer_text, seq_buf_used(&answer));
}

static const struct file_operations cmd_operations = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = cmd_write,
	.read = cmd_read,
};

static int __init wgval_init(void)
{
	seq_buf_init(&answer, answer_text, sizeof(answer_text));
	folder = debugfs_create_dir("wgval", NULL);
	debugfs_create_file("keys", 0200, folder, &keys_input, &input_operations);
	debugfs_create_file("ops", 0200, folder, &ops_input, &input_operations);
	debugfs_create_file("cmd", 0600, folder, NULL, &cmd_operations);
	return 0;
}

static void __exit wgval_exit(void)
{
	debugfs_remove(folder);
	readers_free();
	kvfree(keys_input.data);
	kvfree(ops_input.data);
}

module_init(wgval_init);
module_exit(wgval_exit);
MODULE_DESCRIPTION("Measures the allowedips and FIB tries from inside the kernel");
MODULE_LICENSE("GPL");
