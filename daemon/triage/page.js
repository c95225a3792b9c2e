// Replaces <main> every ten seconds by what the daemon says now, without disturbing the reader: the scroll position, the focus
// and unfolded details stay, and nothing happens while text is selected.
"use strict";
(() => {
  const stale = document.getElementById("stale");
  const fetchPage = async () => {
    const answer = await fetch(location.pathname, {cache: "no-store", signal: AbortSignal.timeout(8000)});
    if (!answer.ok) throw new Error("status " + answer.status);
    // The style of the answer has a nonce that this page does not allow; it is the same style anyway.
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
