// What the bar, the box and the panel look like. One sheet, in their own tree alone.
//
// The page styles the tree's host as it likes, and what the host hands down; so the parts take over
// nothing. A font of the page's is fetched for the letters that are shown in it, and may have any
// name but the two that stand for fonts of the browser's own. Texts are no nodes, but attributes:
// window.find() and a selection see nodes in closed trees, too.

export const STYLE = `
:host { all: initial !important; position: fixed !important; inset: 0 !important;
  z-index: 2147483647 !important; pointer-events: none !important; }
@media print { :host { display: none !important; } }
section { all: initial; display: block; pointer-events: auto; font: 13px/1.5 sans-serif;
  color-scheme: light dark; color: var(--ink); background: var(--paper); user-select: none;
  --paper: light-dark(#fdfcfa, #211f1d); --ink: light-dark(#262421, #ece8e2);
  --faint: light-dark(#6d6861, #a39d94); --line: light-dark(#ddd8d0, #3d3935);
  --good: light-dark(#1d6b4f, #6cc7a4); --bad: light-dark(#a3262a, #f08d86);
  --mark: light-dark(#f3e9d2, #3a3320); }
[data-text]::before { content: attr(data-text); }
section[hidden] { display: none; }
button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: 4px; padding: 2px 10px; cursor: pointer; }
button:hover { background: var(--mark); }
:focus-visible { outline: 2px solid var(--good); outline-offset: 1px; }
.bar { position: absolute; inset: 0 0 auto 0; display: flex; gap: 12px; align-items: center;
  padding: 8px 16px; background: var(--mark); border-bottom: 1px solid var(--line); }
.bar p { flex: 1; margin: 0; }
.box { position: absolute; inset: 8vh 50% auto auto; transform: translateX(50%);
  width: min(900px, 92vw); max-height: 80vh; overflow: auto; border: 1px solid var(--bad);
  border-radius: 8px; padding: 16px 24px; box-shadow: 0 12px 40px rgb(0 0 0 / .35); }
.box h2 { margin: 0 0 8px; font-size: 15px; color: var(--bad); }
.box li { margin: 0 0 12px; overflow-wrap: anywhere; }
.box ul { margin: 0; padding: 0; list-style: none; }
.box p { margin: 0; color: var(--faint); }
.place, .code { font-family: monospace; font-size: 12px; }
.place { color: var(--good); }
.panel { position: absolute; inset: auto 0 0 0; height: 40vh; display: flex;
  flex-direction: column; border-top: 1px solid var(--line); box-shadow: 0 -6px 24px rgb(0 0 0 / .2); }
.panel header { display: flex; gap: 16px; align-items: center; padding: 6px 12px;
  border-bottom: 1px solid var(--line); }
.panel h2 { font-size: 13px; margin: 0; flex: 1; }
.rows { overflow: auto; flex: 1; }
table { border-collapse: collapse; width: 100%; font-family: monospace;
  font-size: 12px; }
th { position: sticky; top: 0; background: var(--paper); text-align: left; color: var(--faint);
  font-weight: normal; }
th, td { padding: 2px 12px; white-space: nowrap; }
td { border-top: 1px solid var(--line); }
td.rule { white-space: normal; overflow-wrap: anywhere; color: var(--faint); }
td.time, td.span { font-variant-numeric: tabular-nums; }
td.span, th:last-child { text-align: right; }
tr.good .verdict { color: var(--good); }
tr.bad .verdict, tr.bad .code { color: var(--bad); }
.denied tr.good { display: none; }
`;
