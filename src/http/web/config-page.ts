import type { PlanReport, PlanStep, StatusReport } from "../../protocol/api.ts";
import { html, type Html } from "./html.ts";

/** The config in force, the mistakes of the one on disk, or what applying it would change. */
export function configPage(report: StatusReport, plan: PlanReport): Html {
  const { config } = report;
  return html`<h1>Config</h1>
    <dl class="facts">
      <dt>File</dt>
      <dd><code>${config.file}</code></dd>
      <dt>In force</dt>
      <dd>
        generation
        ${config.generation}${config.watching ? "; edits are applied by themselves" : "; edits wait to be applied"}
      </dd>
    </dl>
    ${plan.ok ? changes(plan) : mistakes(plan.problems)}
    ${
      plan.warnings === ""
        ? null
        : html`<h2>Warnings</h2>
            <pre class="frame" tabindex="0">${plan.warnings}</pre>`
    }
    ${plan.needsRestart.length === 0 ? null : html`<p class="banner warn">Takes effect after a restart of the daemon only: ${plan.needsRestart.join(", ")}</p>`}`;
}

function mistakes(problems: string): Html {
  return html`<h2>The file on disk has mistakes</h2>
    <p>
      Nothing was changed: the last good config stays in force. Mend the file; it is looked at again when you reload
      this page.
    </p>
    <pre class="frame bad" tabindex="0">${problems}</pre>`;
}

function changes(plan: PlanReport): Html {
  if (plan.steps.length === 0)
    return html`<p class="calm">The file on disk is what is in force: there is nothing to change.</p>`;
  return html`<h2>What applying the file would change</h2>
    <ul class="plan">
      ${plan.steps.map(step)}
    </ul>
    <form method="post" action="/action">
      <input type="hidden" name="back" value="/config" /><button class="primary" name="do" value="update">Apply</button>
    </form>`;
}

const WORDS = {
  add: ["+", "added and started"],
  remove: ["−", "stopped and removed"],
  restart: ["~", "restarted"],
  live: ["·", "changed without a restart"],
} as const;

function step(one: PlanStep): Html {
  const [sign, word] = WORDS[one.action];
  const lines = one.changes.map(change);
  return html`<li class="${one.action}">
    <span class="sign" aria-hidden="true">${sign}</span> <b>${one.namespec}</b> is
    ${word}${lines.length === 0 ? null : html`<dl>${lines}</dl>`}
  </li>`;
}

/** `key: old -> new`, set as a removed and an added line. */
function change(text: string): Html {
  const match = /^([^:]+): ([\s\S]*) -> ([\s\S]*)$/.exec(text);
  if (match === null) return html`<dt>${text}</dt>`;
  const [, key = "", before = "", after = ""] = match;
  return html`<dt>${key}</dt>
    <dd><del>${before}</del><ins>${after}</ins></dd>`;
}
