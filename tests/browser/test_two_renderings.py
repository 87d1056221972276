"""The server's template and the page's script draw the same verdict, element by element."""

from __future__ import annotations

import pytest

from .conftest import Visit
from .pages import LONG, NO, TORN, UNKNOWN, YES, expect_everything, submit

pytestmark = pytest.mark.browser

REVIEWS = [
    NO,
    YES,
    TORN,
    LONG,
    "\n  \U0001f600 great\t\tplots,\n\n<b>\u00e9</b> & awful\u2014bad \U0001f468\u200d\U0001f469  ",
    "the and of it film",
    "bad",
    "GREAT great Great plots plot",
]

#: The verdict of the script and that of the server, without white space that is not the review's.
BOTH = """async (text) => {
  const clean = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), nodes = [];
    while (walker.nextNode()) nodes.push(walker.currentNode);
    for (const node of nodes) {
      if (node.parentElement.closest(".typed p")) continue;
      node.data = node.data.replace(/\\s+/g, " ").trim();
      if (!node.data) node.remove();
    }
    root.normalize();
    return root.outerHTML;
  };
  const body = new URLSearchParams({ review: text });
  const answer = await fetch("/", { method: "POST", body, headers: { Accept: "text/html" } });
  const served = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [document, served].map((each) => clean(each.querySelector(".verdict").cloneNode(true)));
}"""


@pytest.mark.parametrize("text", REVIEWS)
def test_script_and_server_say_the_same(visit: Visit, text: str) -> None:
    page = visit()
    submit(page, text)
    expect_everything(page)

    script, server = page.evaluate(BOTH, text)

    assert script == server


def test_script_and_server_say_the_same_of_nothing_known(visit: Visit) -> None:
    page = visit()
    submit(page, UNKNOWN)
    page.locator(".verdict").wait_for()

    script, server = page.evaluate(BOTH, UNKNOWN)

    assert script == server
