// SPDX-License-Identifier: GPL-2.0-only
/* The machine, where the agent is its process 1. */
#include <errno.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "lab.h"

#define SET_CONSOLE_LEVEL 8	/* syslog(2); a panic is level 0 */
#define WARNINGS_AND_WORSE 5

static void mount_on(const char *type, const char *folder)
{
	mkdir(folder, 0755);
	if (mount(type, folder, type, 0, NULL) && errno != EBUSY)
		say("mount %s: %s", folder, strerror(errno));
}

/* As bytes come: no echo, no line editing, no carriage returns. Where it is no terminal it is so already. */
static void make_raw(int fd)
{
	struct termios mode;

	if (tcgetattr(fd, &mode))
		return;
	cfmakeraw(&mode);
	if (tcsetattr(fd, TCSANOW, &mode))
		say("console: %s", strerror(errno));
}

void set_up_machine(void)
{
	make_raw(STDIN_FILENO);
	make_raw(STDOUT_FILENO);
	mount_on("proc", "/proc");
	mount_on("sysfs", "/sys");
	mount_on("debugfs", "/sys/kernel/debug");
	mount_on("devtmpfs", "/dev");
}

void quiet_console(void)
{
	klogctl(SET_CONSOLE_LEVEL, NULL, WARNINGS_AND_WORSE);
}

void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	say("power off: %s", strerror(errno));
}
