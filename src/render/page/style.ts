/** The page's style; its hash stands in the page's Content-Security-Policy. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--card:#f6f7f9;--text:#1b1f24;--faint:#5b6470;--line:#d5dae0;--hard:#c2410c;--soft:#b58900;--good:#15803d;--focus:#2563eb;
--c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#cc79a7;--c4:#e69f00;--c5:#56b4e9;--c6:#8a7f1e;--c7:#8a919c}
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1d2126;--text:#e6e9ed;--faint:#9aa4b0;--line:#363d46;--hard:#fb7a45;--soft:#e0b43c;--good:#4ade80;--focus:#7aa2ff;
--c0:#4aa3df;--c1:#f08a4b;--c2:#3cc79b;--c3:#e3a1c6;--c4:#f2b84b;--c5:#8accf2;--c6:#cfc35a;--c7:#7d8691}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:72rem;margin:0 auto;padding:1rem}h1{font-size:1.5rem;margin:.4rem 0;line-height:1.25}h2{font-size:1.1rem;margin:0 0 .6rem}
p{margin:.3rem 0}.faint,small{color:var(--faint)}.hard{color:var(--hard)}.soft{color:var(--soft)}.good{color:var(--good)}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin:1rem 0;overflow:hidden}
.numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.8rem;margin:1rem 0;padding:0;list-style:none}
.numbers li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem 1rem}.numbers b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}
svg{display:block;width:100%;height:auto}svg text{fill:var(--faint);font:11px system-ui,sans-serif}svg .strong{fill:var(--text)}
.axis{stroke:var(--line);stroke-width:1}.gap{fill:var(--line);opacity:.45}.f-hard{fill:var(--hard)}.f-soft{fill:var(--soft)}.f-good{fill:var(--good)}
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.5rem 0 0;list-style:none;font-size:.85rem}.legend svg{display:inline-block;width:.8rem;height:.8rem;margin-right:.35rem;vertical-align:-.05rem}
.scroll{overflow-x:auto}.scroll svg{min-width:34rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:9rem;padding-left:0}th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible,summary:focus-visible,input:focus-visible,a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:2px}
th[aria-sort=ascending] button::after{content:" \\25B2"}th[aria-sort=descending] button::after{content:" \\25BC"}
input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.3rem .6rem;width:100%;max-width:22rem;margin-bottom:.5rem}
details{border-bottom:1px solid var(--line);padding:.45rem 0}summary{cursor:pointer;display:flex;gap:.5rem;align-items:baseline}summary::before{content:"\\25B8"}details[open] summary::before{content:"\\25BE"}summary::-webkit-details-marker{display:none}summary span{margin-left:auto;text-align:right;font-variant-numeric:tabular-nums}summary b{white-space:nowrap}dl{margin:.5rem 0 .3rem 1.1rem}dt{font-weight:600;font-size:.85rem;color:var(--faint)}dd{margin:0 0 .4rem}
code{font:.85rem ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}ul.reasons{margin:.4rem 0;padding-left:1.2rem}a{color:inherit;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem}.cards section{margin:0}
@media(max-width:40rem){main{padding:.7rem}section{padding:.8rem}svg text{font-size:13px}}
@media print{section{break-inside:avoid}input{display:none}}
`;
