// The timeline, kept fresh: whatever happens makes the page fetch its list again.
const list = document.querySelector("#timeline");
let due = null;

async function refresh() {
  due = null;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#timeline");
  if (fresh !== null) list?.replaceChildren(...fresh.children);
}

const source = new EventSource("/web/live?since=timeline");
for (const type of ["rows", "table", "banner"]) source.addEventListener(type, () => (due ??= setTimeout(refresh, 300)));
