"""What is typed is text, whatever it looks like, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .pages import expect_verdict, field, submit, verdict

pytestmark = pytest.mark.browser

ATTACKS = [
    "great <script>alert(1)</script>",
    'great "><img src=x onerror=alert(1)>',
    "great </textarea></p><svg onload=alert(1)>",
    "great {{7*7}} ${alert(1)} javascript:alert(1)",
    "great <a href='javascript:alert(1)' style='position:fixed'>great</a> <b>great</b>",
]


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_is_shown_as_text(visit: Visit, attack: str, javascript: bool) -> None:
    page = visit(java_script_enabled=javascript)

    submit(page, attack)

    expect(verdict(page)).to_contain_text(re.compile("reads as|Undecided"))
    expect(field(page)).to_have_value(attack)
    shown = verdict(page).locator(".typed p")
    assert shown.evaluate(TEXT) == attack
    assert page.locator("main").locator("script, img, a, [style], [onload], [onerror]").count() == 0


#: What was typed, without the numbers.
TEXT = """shown => {
  const copy = shown.cloneNode(true);
  copy.querySelectorAll(".contribution").forEach((part) => part.remove());
  return copy.textContent;
}"""


def test_history_shows_markup_as_text(visit: Visit) -> None:
    page = visit()
    submit(page, ATTACKS[1])
    expect_verdict(page, "positive")

    page.reload()

    expect(page.locator("#history li")).to_have_text(ATTACKS[1])


def test_inline_script_and_foreign_files_are_blocked(visit: Visit) -> None:
    page = visit(refused=True)

    refused = page.evaluate(
        """async () => {
          const refused = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            refused.push(event.effectiveDirective);
          });
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          document.body.setAttribute("style", "color: red");
          await new Promise((done) => setTimeout(done, 200));
          return [refused.sort(), window.ran];
        }"""
    )

    assert refused == [["script-src-elem", "style-src-attr"], None]
