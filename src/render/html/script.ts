import { actScript } from "./script/act.ts";
import { cellsScript } from "./script/cells.ts";
import { headScript } from "./script/head.ts";
import { labelsScript } from "./script/labels.ts";
import { mapScript } from "./script/map.ts";
import { nodesScript } from "./script/nodes.ts";
import { panelScript } from "./script/panel.ts";
import { readScript } from "./script/read.ts";

/** The page's one script. Nothing of a report is in it, so that its hash in the content security policy never changes. */
export const script = `"use strict";(() => {
${readScript}${headScript}${cellsScript}${mapScript}${labelsScript}${panelScript}${actScript}${nodesScript}
})();
`;
