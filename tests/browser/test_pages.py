"""Pages in a browser: nothing leaves them, everyone can read them, the filter works, print shows everything."""

from pathlib import Path

import axe_core_python
from playwright.sync_api import Page

from tests.browser.conftest import Visit

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# Rows of a table that are made of the same elements and classes break the same rules: three of each are looked at. The
# audit of a paper with hundreds of printed numbers would take minutes otherwise.
LEAVE_OUT_ROWS_ALIKE = """() => {
    for (const table of document.querySelectorAll('table')) {
        const seen = {};
        for (const row of table.querySelectorAll('tbody tr')) {
            const kind = [row, ...row.querySelectorAll('*')].map(e => `${e.tagName} ${e.className}`).join();
            seen[kind] = (seen[kind] || 0) + 1;
            if (seen[kind] > 3) row.remove();
        }
    }
}"""


def violations(visited: Visit, path: Path) -> list[str]:
    """What the axe rules find, each with the first element concerned."""
    page = visited.page.context.new_page()  # rows are taken from it
    page.goto(path.as_uri())
    page.evaluate(LEAVE_OUT_ROWS_ALIKE)
    page.evaluate(AXE + "\n;0")  # as the debugger evaluates it: the page's policy forbids added scripts
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    page.close()
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])})" for v in found]


def test_nothing_is_asked_for_and_nothing_breaks(desktop: Visit, phone: Visit) -> None:
    assert desktop.requests + phone.requests == []
    assert desktop.complaints + phone.complaints == []


def test_no_rule_of_accessibility_is_broken_on_a_desk(desktop: Visit, path: Path) -> None:
    assert violations(desktop, path) == []


def test_no_rule_of_accessibility_is_broken_on_a_phone(phone: Visit, path: Path) -> None:
    assert violations(phone, path) == []


def test_the_page_is_as_wide_as_the_window(desktop: Visit, phone: Visit) -> None:
    # a phone's browser widens its window to what does not fit, so the widths are those asked for
    assert desktop.page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_every_picture_is_shown(desktop: Visit) -> None:
    sizes = desktop.page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.clientWidth])")
    assert all(complete and natural > 0 and shown > 0 for complete, natural, shown in sizes)


def test_hostile_text_made_no_element(desktop: Visit) -> None:
    assert desktop.page.locator("script").count() == 1
    assert desktop.page.locator("img[onerror], [src='x']").count() == 0


def test_the_first_stop_of_the_keyboard_skips_to_the_content(desktop: Visit) -> None:
    page = desktop.page
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]  # it is visible now, so it has a box
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_focus_is_visible(desktop: Visit) -> None:
    page = desktop.page
    page.keyboard.press("Tab")
    outline = page.evaluate(
        "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
    )
    assert outline[0] == "solid"
    assert outline[1] >= 2


def test_what_is_wider_than_a_phone_scrolls_by_itself_and_by_keyboard(phone: Visit) -> None:
    stops = phone.page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(r => r.scrollWidth > r.clientWidth + 1).map(r => [r.tabIndex,"
        " r.role, !!(r.ariaLabel || document.getElementById(r.getAttribute('aria-labelledby')))])"
    )
    assert all(stop == [0, "region", True] for stop in stops)


def test_contents_are_folded_on_a_phone_and_open_on_a_desk(phone: Visit, desktop: Visit) -> None:
    for visited, is_open in ((phone, False), (desktop, True)):
        contents = visited.page.locator(".contents details")
        if contents.count():
            assert contents.evaluate("d => d.open") is is_open


def shown(page: Page) -> list[str]:
    """The verdicts of the rows that the filter leaves."""
    found = page.evaluate(
        "[...document.querySelectorAll('#numbers-table tbody tr')].filter(r => r.checkVisibility())"
        ".map(r => r.dataset.verdict)"
    )
    return [str(verdict) for verdict in found]


def has_numbers(page: Page) -> bool:
    """Whether the page holds printed numbers; just then it has a filter, and that can be used."""
    found = page.locator("#numbers-table").count() == 1
    assert page.locator("#filter").count() == found
    assert page.locator("#find").is_visible() is found
    return found


def test_the_filter_shows_what_it_says(desktop: Visit) -> None:
    page = desktop.page
    if not has_numbers(page):
        return
    everything = shown(page)
    total = len(everything)
    assert page.locator("#shown").inner_text() == f"{total} of {total} numbers shown"

    page.locator("#filter input[value=reproduced]").uncheck()
    left = [verdict for verdict in everything if verdict != "reproduced"]
    assert shown(page) == left
    assert page.locator("#shown").inner_text() == f"{len(left)} of {total} numbers shown"
    assert page.locator("#shown").get_attribute("role") == "status"

    page.locator("#find").fill("no such words anywhere")
    assert shown(page) == []
    assert page.locator("#shown").inner_text() == f"0 of {total} numbers shown"

    page.locator("#clear").click()
    assert shown(page) == everything

    words = page.locator("#numbers-table tbody tr th").first.inner_text().split()[:2]
    page.locator("#find").fill(" ".join(reversed(words)).upper())
    assert 0 < len(shown(page)) <= total
    page.locator("#clear").click()


def test_a_link_to_a_hidden_number_shows_it(desktop: Visit) -> None:
    page = desktop.page
    if not has_numbers(page):
        return
    page.locator("#find").fill("no such words anywhere")
    row = page.locator("#numbers-table tbody tr").last
    page.evaluate("id => { location.hash = id }", row.get_attribute("id"))
    row.wait_for(state="visible")
    assert page.locator("#find").input_value() == ""


def test_print_shows_everything(desktop: Visit) -> None:
    page = desktop.page
    filtered = has_numbers(page)
    if filtered:
        page.locator("#find").fill("no such words anywhere")
    page.emulate_media(media="print")
    unseen = page.evaluate(
        "[...document.querySelectorAll('main h2, main h3, main p, main li, main tr, main img, main dd')]"
        ".filter(e => !e.closest('.filter, .downloads') && !e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))"
    )
    controls = page.evaluate(
        "[...document.querySelectorAll('.contents, .filter, .downloads, .skip')].filter(e => e.checkVisibility())"
        ".map(e => e.className)"
    )
    page.emulate_media(media="screen")
    if filtered:
        page.locator("#clear").click()
    assert unseen == []
    assert controls == []


def test_a_closed_panel_is_printed_open_and_closed_again(desktop: Visit) -> None:
    page = desktop.page
    closed = page.locator("main details:not([open])").count()
    page.emulate_media(media="print")
    seen = page.evaluate("[...document.querySelectorAll('main .made pre')].every(e => e.checkVisibility())")
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    helped = page.locator("main details:not([open])").count()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen is True
    assert helped == 0
    assert page.locator("main details:not([open])").count() == closed


def test_the_lanes_of_a_graph_stand_beside_their_rows(desktop: Visit, phone: Visit) -> None:
    for visited in (desktop, phone):
        rows = visited.page.evaluate(
            "[...document.querySelectorAll('.graph li')].map(r => [r, r.querySelector('.lanes'),"
            " r.querySelector('.node')].map(e => e.getBoundingClientRect()).map(b => [b.left, b.right, b.height]))"
        )
        for whole, lanes, node in rows:
            assert lanes[1] <= node[0]
            assert node[1] - node[0] >= 180  # room for words
            assert abs(lanes[2] - whole[2]) <= 1.5  # lines reach from row to row


def test_without_script_everything_is_there_but_the_filter(without_script: Visit) -> None:
    page = without_script.page
    rows = page.locator("#numbers-table tbody tr")
    assert all(rows.nth(number).is_visible() for number in range(min(rows.count(), 5)))
    assert not any(control.is_visible() for control in page.locator("#filter").all())
    assert all(link.is_visible() for link in page.locator(".contents a").all())
    assert page.locator("h1").is_visible()
