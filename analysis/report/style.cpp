#include "analysis/report/style.h"

namespace lnn::analysis::report {

// All pairs of text and ground have a contrast of at least 4.5 (WCAG AA), in both schemes.
const char* const style_sheet = R"css(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --panel: #f4f6f8; --text: #1b1f24; --soft: #555e68; --line: #c9d0d8;
  --link: #0b57a4; --good: #116329; --bad: #a40e26; --open: #7a4d00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --panel: #1e2328; --text: #e6e9ec; --soft: #a9b2bc; --line: #414a54;
    --link: #7db7ff; --good: #6fdd8b; --bad: #ff9a9a; --open: #f2c063;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem clamp(0.75rem, 3vw, 2rem) 4rem; max-width: 76rem;
  background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: break-word;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0.5rem; padding-top: 0.5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 0.25rem; }
p, ul { margin: 0.5rem 0; max-width: 52rem; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: 0.9em/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: var(--panel); padding: 0.75rem; overflow-x: auto; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; max-width: none; }
.soft { color: var(--soft); }
.notice { background: var(--panel); border-left: 4px solid var(--open); padding: 0.5rem 1rem; margin: 1rem 0; }
.notice p:first-child { margin-top: 0; font-weight: 600; }
.partial { color: var(--open); font-weight: 600; }
.scroll { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
/* Stays in sight, and in lines, when the table is wider than the screen. */
caption {
  text-align: left; color: var(--soft); padding-bottom: 0.25rem;
  position: sticky; left: 0; max-width: calc(100vw - 1.5rem);
}
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--soft); vertical-align: bottom; }
tbody th { font-weight: 500; min-width: 7rem; }
td { min-width: 4.5rem; }
.number { text-align: right; white-space: nowrap; }
.long { min-width: 16rem; }
.best { font-weight: 700; }
.good { color: var(--good); font-weight: 600; }
.bad { color: var(--bad); font-weight: 600; }
.open { color: var(--open); font-weight: 600; }
td.good, td.bad, td.open, td.soft { min-width: 8.5rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 33rem), 1fr)); gap: 1rem 1.5rem; }
figure { margin: 0.5rem 0; }
figure img { display: block; max-width: 100%; height: auto; background: #ffffff; border: 1px solid var(--line); }
figcaption { color: var(--soft); font-size: 0.9rem; max-width: 52rem; margin-top: 0.35rem; }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.9rem; }
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --panel: #f4f6f8; --text: #000000; --soft: #444444; --line: #999999;
    --link: #000000; --good: #0b4d1e; --bad: #7d0a1c; --open: #5c3a00;
  }
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  a { text-decoration: none; }
  .scroll { overflow: visible; }
  caption { position: static; max-width: none; }
  table { font-size: 8pt; width: 100%; }
  th, td { padding-right: 0.5rem; }
  td, tbody th, td.long { min-width: 0; }
  td.good, td.bad, td.open, td.soft { min-width: 5.5rem; }
  pre { white-space: pre-wrap; }
  .number { white-space: normal; }
  thead { display: table-header-group; }
  tr, figure, .notice { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .figures { display: block; }
  figure { margin: 4mm 0; }
  figure img { max-height: 105mm; border: 0; }
}
)css";

}  // namespace lnn::analysis::report
