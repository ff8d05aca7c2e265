// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The page's style sheet: light or dark as the reader prefers, for screens, phones and paper.</summary>
internal static class Css
{
    public const string Sheet = """
        :root { color-scheme: light dark; --ground: #fff; --raised: #f4f5f7; --ink: #1c2128; --soft: #57606a; --line: #d5d9de;
          --link: #0b62a5; --best: #e3f1e4; --warn: #fff3d6; --warnline: #d49a1f; --hit: #fff0b8;
          --bad: #fbdcd6; --badline: #b3341d; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14171c; --raised: #1d2127; --ink: #dfe3e8; --soft: #a1a9b3;
          --line: #363c45; --link: #7db9ee; --best: #1f3b28; --warn: #37301a; --warnline: #b98b2d; --hit: #4d4316;
          --bad: #55211a; --badline: #e0664d; } }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1rem; }
        body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; background: var(--ground); color: var(--ink);
          font: 1rem/1.55 system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap: break-word; }
        h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; }
        h2.part { font-size: 1.6rem; }
        h2 { font-size: 1.35rem; margin: 2.8rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line); }
        h3 { font-size: 1.08rem; margin: 1.9rem 0 .4rem; }
        p, ul, ol { margin: .5rem 0; max-width: 46rem; }
        .about { color: var(--soft); margin: 0; }
        nav { margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
        a { color: var(--link); text-underline-offset: .15em; }
        a.value { color: inherit; text-decoration: underline dotted var(--line); white-space: nowrap; }
        a.value:hover { color: var(--link); }
        .headline { font-size: 1.2rem; line-height: 1.45; font-weight: 600; }
        .warnings { background: var(--warn); border-left: 4px solid var(--warnline); padding: .5rem 1rem; margin: 1rem 0; }
        .warnings ul { margin: .2rem 0; padding-left: 1.2rem; }
        .scroll { overflow-x: auto; margin: .8rem 0 1.4rem; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 55%; }
        caption { text-align: left; font-weight: 600; padding: .3rem 0; }
        th, td { text-align: right; padding: .28rem .65rem; border-bottom: 1px solid var(--line); vertical-align: baseline; }
        thead th, thead td { border-bottom: 2px solid var(--soft); vertical-align: bottom; }
        tbody th { font-weight: 400; }
        th:first-child, td.text, th.text { text-align: left; }
        .answer td:nth-child(5) { white-space: nowrap; }
        .pairs td.text { overflow-wrap: anywhere; white-space: pre-wrap; }
        tr.group th { font-weight: 600; padding-top: .9rem; text-align: left; background: none; }
        .best { font-weight: 700; background: var(--best); padding: .1rem .35rem; border-radius: .25rem; }
        .bad { font-weight: 700; background: var(--bad); padding: .1rem .35rem; border-radius: .25rem; white-space: nowrap; }
        tr.differs th:first-child { box-shadow: inset 3px 0 var(--badline); }
        .demands td.text, .differences td.text { min-width: 14rem; }
        .sides td:nth-child(6) { min-width: 16rem; }
        .costs .spread { display: block; }
        .costs th:first-child { min-width: 7.5rem; }
        .summary table { font-size: .82rem; width: 100%; }
        .summary th, .summary td { padding: .26rem .35rem; }
        .summary .flag, .summary .basis { font-size: .7rem; padding: 0 .2rem; }
        .asks { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; }
        .asks h3 { margin: .8rem 0 .2rem; }
        .asks ul { margin: .2rem 0; padding-left: 1.1rem; }
        h4 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
        details { margin: .6rem 0 1.4rem; }
        summary { cursor: pointer; color: var(--link); max-width: 46rem; }
        .spread { color: var(--soft); font-size: .82em; white-space: nowrap; }
        .flag { font-size: .75rem; background: var(--warn); border: 1px solid var(--warnline); border-radius: .25rem; padding: 0 .3rem;
          white-space: nowrap; font-weight: 400; }
        .basis { font-size: .75rem; border: 1px solid var(--soft); border-radius: .6rem; padding: 0 .45rem; white-space: nowrap;
          color: var(--soft); font-weight: 400; }
        .basis.measured { border-style: dashed; }
        .basis.modelled, .basis.simulated { border-style: dotted; }
        .basis.estimated { border-style: double; }
        figure { margin: 2rem 0 2.4rem; break-inside: avoid; }
        figure h3 { margin: 0 0 .5rem; }
        figure svg { display: block; max-width: 100%; height: auto; }
        figure svg.narrow { display: none; }
        figcaption { max-width: 46rem; margin-top: .5rem; }
        figcaption .files { color: var(--soft); font-size: .85rem; }
        code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .88em; }
        pre { background: var(--raised); padding: .7rem 1rem; overflow-x: auto; border-radius: .3rem; white-space: pre-wrap;
          overflow-wrap: anywhere; }
        .rows table { font-size: .78rem; }
        .rows th, .rows td { padding: .15rem .5rem; }
        tr:target { background: var(--hit); }
        @media screen and (max-width: 40rem) {
          body { padding: 1rem .8rem 3rem; }
          h1 { font-size: 1.4rem; }
          .headline { font-size: 1.08rem; }
          figure svg.wide { display: none; }
          figure svg.narrow { display: block; }
          th, td { padding: .25rem .45rem; }
          .asks { grid-template-columns: 1fr; }
          .answer table { width: 100%; min-width: 0; }
          .answer tr { display: grid; grid-template-columns: 1fr 1fr 1fr; border-bottom: 1px solid var(--line); }
          .answer th, .answer td { border: 0; padding: .15rem .2rem; }
          .answer tbody th, .answer thead td:first-child { grid-column: 1 / -1; text-align: left; }
          .answer .spread { display: block; }
          .answer tbody td:nth-child(5) { grid-column: 1 / 3; text-align: left; }
          .answer tbody td:nth-child(5)::before { content: "better: "; color: var(--soft); }
          .answer thead th:nth-child(n + 5), .answer thead td { display: none; }
        }
        @media print {
          :root { --ground: #fff; --raised: #f4f5f7; --ink: #000; --soft: #444; --line: #bbb; --link: #000; --best: #e8e8e8;
            --warn: #fff; --hit: #fff; --bad: #e8e8e8; --badline: #000; color-scheme: light; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          nav, .rows .scroll, figcaption .files { display: none; }
          .onpaper { display: block !important; }
          .scroll { overflow: visible; }
          table { font-size: 8.5pt; }
          thead { display: table-header-group; }
          tr, .costs table { break-inside: avoid; }
          h2, h3, caption { break-after: avoid; }
          figure svg.wide { display: block; max-width: 16cm; }
          figure svg.narrow { display: none; }
          a { text-decoration: none; }
        }
        .onpaper { display: none; }
        """;
}
