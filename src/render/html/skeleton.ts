/** The page's bones, the same for every report: all that comes from a cluster is set as text by the script. */
export const skeleton = `<a class="skip" href="#map-title">Skip to the heat map</a>
<header>
<h1><span id="verdict"></span><span id="cluster">Cilium health</span></h1>
<p id="headline" class="soft"></p>
<noscript><p>This page draws itself with a script that is part of the file. Allow it, or use the plugin's table or JSON.</p></noscript>
</header>
<main>
<section aria-labelledby="coverage-title"><h2 id="coverage-title">Coverage</h2><div id="lines"></div><div class="wide"><table id="pairs"></table></div></section>
<section aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2><div id="findings" class="cards"></div></section>
<section aria-labelledby="map-title"><h2 id="map-title" tabindex="-1">Heat map: rows from, columns to</h2>
<div class="bar" role="group" aria-label="What the heat map shows">
<label>Target <select id="target"></select></label>
<label>Protocol <select id="protocol"></select></label>
<label>Colour by <select id="show"><option value="status">status</option><option value="latency">latency</option><option value="age">age of the probe</option></select></label>
<span role="group" aria-label="Zoom"><button type="button" id="zoom-in" aria-label="Zoom in">+</button> <button type="button" id="zoom-out" aria-label="Zoom out">&minus;</button> <button type="button" id="zoom-fit">Fit</button></span>
<button type="button" id="next-bad">Next unreachable</button>
</div>
<div class="bar" role="group" aria-label="Which nodes the heat map shows">
<label>From zone <select id="from-zone"></select></label>
<label>from node <input id="from-text" type="search" autocomplete="off" spellcheck="false"></label>
<label>To zone <select id="to-zone"></select></label>
<label>to node <input id="to-text" type="search" autocomplete="off" spellcheck="false"></label>
<button type="button" id="swap">Swap from and to</button>
<button type="button" id="reset">Reset</button>
<span id="shown" class="soft" role="status"></span>
</div>
<div class="map">
<div class="stage"><canvas id="map" tabindex="0" role="application" aria-roledescription="heat map" aria-label="Heat map of all node pairs" aria-describedby="map-help"></canvas></div>
<div id="cell"><p class="soft">Point at a cell, or focus the map and use the arrow keys.</p></div>
</div>
<ul id="legend" aria-label="Legend"></ul>
<p id="map-help" class="soft help">Keys on the map: arrows move (with Shift by ten), Home and End go to a row's ends, + and &minus; zoom, 0 fits all, N goes to the next unreachable cell, T turns the direction round. Drag to move the map; the wheel zooms once the map has the focus.</p>
<p id="say" class="hidden" role="status"></p>
</section>
<section aria-labelledby="histogram-title"><h2 id="histogram-title">Latency of what the map shows</h2><div id="bars" role="img"></div><p class="ends"><span id="bars-least"></span><span id="bars-most"></span></p><p id="bars-text"></p></section>
<section aria-labelledby="nodes-title"><h2 id="nodes-title">Nodes</h2>
<div class="bar"><label>Find a node <input id="find" type="search" autocomplete="off" spellcheck="false"></label><span id="found" class="soft" role="status"></span><button type="button" id="more">Show all</button></div>
<div class="wide" tabindex="0" role="region" aria-labelledby="nodes-title"><table id="nodes"></table></div></section>
</main>
<footer><p id="foot"></p></footer>
`;
