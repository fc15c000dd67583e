/** Everything the page looks like; colours are variables, so that dark mode and the canvas read the same ones. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f8fa;--text:#1b2229;--soft:#57616c;--line:#d3d9df;--link:#0b57b0;
--good:#0a5c8f;--bad:#a32d00;--doubt:#7a5300;--focus:#0b57b0;
--reachable:#cfe6f5;--unreachable:#b23a00;--unknown:#c77fae;--stale:#e0b400;--off:#e9ecef;--unasked:#a7afb7;--staleFailure:#d9773f;--none:#fff;
--l1:#e4ecf7;--l2:#bdd3ec;--l3:#8fb4dc;--l4:#5f93c8;--l5:#3a70ae;--l6:#234f8c;--l7:#132f63}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--panel:#1b2128;--text:#e8edf2;--soft:#a5b0bb;--line:#38424d;--link:#7db9ff;
--good:#8cc8f2;--bad:#ff9a66;--doubt:#f0c94c;--focus:#9cc8ff;
--reachable:#1f4258;--unreachable:#ff8142;--unknown:#d08abb;--stale:#e8c62e;--off:#272e36;--unasked:#68727d;--staleFailure:#b9602f;--none:#12161b;
--l1:#1b2d47;--l2:#244468;--l3:#2f5f8f;--l4:#4480b4;--l5:#6fa4d0;--l6:#a3c8e6;--l7:#e2f0fb}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
header,main,footer{max-width:1500px;margin:0 auto;padding:0 24px}
header{padding-top:20px}
h1{font-size:22px;margin:0;display:flex;gap:12px;align-items:center;flex-wrap:wrap}
h2{font-size:17px;margin:28px 0 10px}
h3{font-size:15px;margin:0}
p{margin:6px 0}
a{color:var(--link)}
code{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.soft{color:var(--soft)}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--bg);padding:6px;z-index:2}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
#verdict{font-size:15px;font-weight:700;padding:3px 12px;border-radius:99px;border:2px solid currentColor;text-transform:uppercase;letter-spacing:.04em}
.healthy{color:var(--good)}.unhealthy{color:var(--bad)}.incomplete,.unknown{color:var(--doubt)}
.error{color:var(--bad);font-weight:700}.warning{color:var(--doubt);font-weight:700}.info{color:var(--soft);font-weight:700}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600}
.count{text-align:right}
.wide{overflow-x:auto}
.cards{display:grid;gap:12px}
.card{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px 16px;overflow-wrap:anywhere}
summary{cursor:pointer;white-space:pre-wrap}
.card dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 14px;margin:8px 0 0}
.card>button{margin-top:12px}
.card dt{color:var(--soft)}.card dd{margin:0}
.command{display:flex;gap:8px;align-items:flex-start;margin:2px 0}
.command code{background:var(--bg);border:1px solid var(--line);border-radius:5px;padding:2px 8px;flex:1;white-space:pre-wrap}
button,select,input{font:inherit;font-size:14px;color:var(--text);background:var(--bg);border:1px solid var(--soft);border-radius:5px;padding:3px 9px}
button{cursor:pointer}button:hover{background:var(--panel)}
button[aria-pressed=true]{background:var(--text);color:var(--bg)}
.bar{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;margin:8px 0}
.bar label{display:flex;gap:6px;align-items:center}
.bar input{width:9.5em}
.map{display:grid;grid-template-columns:minmax(0,1fr) 440px;gap:16px;align-items:start}
.stage{border:1px solid var(--line);border-radius:6px;overflow:hidden;line-height:0}
#map{width:100%;touch-action:none;cursor:crosshair}
#cell{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px 14px;font-size:14px;overflow-wrap:anywhere;min-height:240px}
#cell table{width:100%;table-layout:fixed;margin-top:8px}#cell th:first-child{width:27%}
.word{font-weight:600}
.swatch{display:inline-block;width:15px;height:15px;border:1px solid var(--soft);border-radius:3px;text-align:center;font:11px/13px ui-monospace,monospace;vertical-align:-2px}
.swatch.none{background:var(--none)}.swatch.reachable{background:var(--reachable)}.swatch.unreachable{background:var(--unreachable)}.swatch.unknown{background:var(--unknown)}.swatch.stale{background:var(--stale)}.swatch.off{background:var(--off)}.swatch.unasked{background:var(--unasked)}.swatch.staleFailure{background:var(--staleFailure)}
.swatch.l1{background:var(--l1)}.swatch.l2{background:var(--l2)}.swatch.l3{background:var(--l3)}.swatch.l4{background:var(--l4)}.swatch.l5{background:var(--l5)}.swatch.l6{background:var(--l6)}.swatch.l7{background:var(--l7)}.swatch.unreachable{color:var(--bg)}
#legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:10px 0;font-size:14px}
#legend li{display:flex;gap:6px;align-items:center}
#bars{display:flex;align-items:flex-end;gap:2px;height:130px;border-bottom:1px solid var(--soft);max-width:900px}
#bars i{flex:1;background:var(--l5);min-width:2px}
.ends{display:flex;justify-content:space-between;max-width:900px;font-size:13px;color:var(--soft)}
#nodes th button{border:0;padding:0;background:none;font-weight:600}
#nodes tbody button{border:0;padding:0;background:none;color:var(--link);text-align:left}
#nodes tbody tr:hover{background:var(--panel)}
footer{padding-top:24px;padding-bottom:40px;color:var(--soft);font-size:13px}
@media (max-width:1000px){.map{grid-template-columns:minmax(0,1fr)}}
@media print{:root{color-scheme:light}.bar,button,.skip,.help{display:none!important}#nodes th button,#nodes tbody button{display:inline!important;color:inherit}
body{font-size:11px}.card,#cell,tr{break-inside:avoid}.map{grid-template-columns:minmax(0,1fr)}a{color:inherit}}
`;
