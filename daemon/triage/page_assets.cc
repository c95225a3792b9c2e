#include "daemon/triage/page.h"

namespace gmewatch {
namespace {

constexpr char kStyle[] = R"css(
:root {
  color-scheme: light dark;
  --back: #fff; --front: #1b1f24; --soft: #57606a; --line: #d0d7de; --box: #f6f8fa; --link: #0550ae;
  --bad: #b3261e; --bad-back: #fdecea; --loop: #8a4600; --loop-back: #fff4e0; --good: #116329;
  --good-back: #e6f4ea; --bars: #57606a; --gap: #d0d7de; --fix: #0550ae;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0d1117; --front: #e6edf3; --soft: #9da7b3; --line: #30363d; --box: #161b22; --link: #79b8ff;
    --bad: #ff8a80; --bad-back: #2d1517; --loop: #f0b45c; --loop-back: #2a2011; --good: #7ee2a0;
    --good-back: #0f2417; --bars: #9da7b3; --gap: #30363d; --fix: #79b8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 64rem; background: var(--back); color: var(--front);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
h1 { font-size: 1.35rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .4rem; }
h3 { font-size: 1rem; margin: .8rem 0 .1rem; }
p { margin: .3rem 0; }
nav { display: flex; gap: 1.2rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
nav .home { font-weight: 700; text-decoration: none; color: var(--front); }
#stale { background: var(--bad-back); color: var(--bad); border: 2px solid var(--bad); padding: .5rem; font-weight: 700; }
.soft, .asof, small { color: var(--soft); }
.asof, small { font-size: .875rem; }
.state { border-left: .4rem solid var(--line); background: var(--box); padding: .5rem .8rem; border-radius: .3rem; }
.bad { border-color: var(--bad); background: var(--bad-back); }
.loop { border-color: var(--loop); background: var(--loop-back); }
.good { border-color: var(--good); background: var(--good-back); }
.card { border: 1px solid var(--line); border-left: .4rem solid var(--bad); border-radius: .3rem; padding: .3rem .8rem .6rem;
  margin: .7rem 0; }
.card h2 { margin: .2rem 0; }
.card.over { border-left-color: var(--line); }
.card.loops { border-left-color: var(--loop); }
.much { font-weight: 700; color: var(--bad); }
.fix { margin: .3rem 0; padding: .4rem .7rem; border-left: .25rem solid var(--fix); background: var(--box); }
.fix p, dl.prose dd { white-space: pre-line; }
.fix p:first-child { font-size: .875rem; color: var(--soft); margin: 0; }
.tag { font-size: .8rem; font-weight: 400; border: 1px solid currentColor; border-radius: .6rem; padding: 0 .45rem;
  white-space: nowrap; }
.tag.bad { color: var(--bad); background: none; }
.tag.loop { color: var(--loop); background: none; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th.n, td.n { text-align: right; padding-right: 0; padding-left: .5rem; white-space: nowrap;
  font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th .name { display: block; font-weight: 400; color: var(--soft); font-size: .875rem; }
.spark { display: block; width: 100%; height: 2.6rem; }
td .spark { width: 8rem; height: 1.6rem; }
.bars { fill: var(--bars); }
.gap { fill: var(--gap); opacity: .5; }
.expected { stroke: var(--fix); stroke-width: 1.5; stroke-dasharray: 4 3; fill: none; vector-effect: non-scaling-stroke; }
figure { margin: .6rem 0; }
figcaption { font-size: .875rem; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .8rem; margin: .4rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
pre { margin: .2rem 0; padding: .4rem .6rem; background: var(--box); border-radius: .3rem; white-space: pre-wrap;
  user-select: all; font-size: .85rem; }
summary { cursor: pointer; padding: .3rem 0; }
ul, ol { padding-left: 1.3rem; margin: .3rem 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 1.5rem; }
@media (max-width: 40rem) {
  body { padding: 0 .7rem 2rem; }
  .wide { display: none; }
  dl.prose { display: block; }
}
)css";

// Every ten seconds what stands in <main> is replaced by what the daemon says now. Who reads is not
// disturbed: the place, the focus and what was unfolded stay, and while text is marked nothing
// happens.
constexpr char kScript[] = R"js(
"use strict";
(() => {
  const stale = document.getElementById("stale");
  const fetchPage = async () => {
    const answer = await fetch(location.pathname, {cache: "no-store", signal: AbortSignal.timeout(8000)});
    if (!answer.ok) throw new Error("status " + answer.status);
    // Its style has another nonce than this page allows, and is the same anyway.
    const text = (await answer.text()).replace(/<style[^]*?<\/style>/, "");
    return new DOMParser().parseFromString(text, "text/html");
  };
  const show = (fresh) => {
    const before = document.querySelector("main");
    const main = document.adoptNode(fresh.querySelector("main"));
    for (const unfolded of before.querySelectorAll("details[open][id]")) {
      const same = main.querySelector("#" + CSS.escape(unfolded.id));
      if (same) same.open = true;
    }
    const focused = before.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const place = scrollY;
    before.replaceWith(main);
    document.title = fresh.title;
    document.querySelector("link[rel=icon]").href = fresh.querySelector("link[rel=icon]").href;
    if (focused) main.querySelector("a[href=\"" + CSS.escape(focused) + "\"]")?.focus({preventScroll: true});
    scrollTo(scrollX, place);
  };
  const refresh = async () => {
    if (document.hidden || getSelection().toString() !== "") return;
    try {
      show(await fetchPage());
      stale.hidden = true;
    } catch (error) {
      stale.hidden = false;
    }
  };
  setInterval(refresh, 10000);
  document.addEventListener("visibilitychange", refresh);
})();
)js";

}  // namespace

absl::string_view PageStyle() { return kStyle; }
absl::string_view PageScript() { return kScript; }

}  // namespace gmewatch
