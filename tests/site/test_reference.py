"""The reference pages in Chromium, from files and offline: the box for error messages, and what the search finds."""

from typing import Any

import pytest

from tests.helpers.browser import PHONE, Visit

pytestmark = pytest.mark.site

ERRORS = "book/reference/from-error-to-lesson.html"
PASTED = {
    "index out of range in": "indexerror-index-out-of-range-in-self",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x784 and 512x10)": "runtimeerror-mat1-and-mat2-shapes-cannot-be-multiplied-3x5-and-4x2",
    "IndexError: Target 10 is out of bounds.": "indexerror-target-3-is-out-of-bounds",
    "RuntimeError: Input type (torch.cuda.FloatTensor) and weight type (torch.FloatTensor) should be the same": "runtimeerror-input-type-double-and-bias-type-float-should-be-the-same",
    "TypeError: can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor": "typeerror-can-t-convert-device-type-tensor-to-numpy",
    "RuntimeError: shape '[-1, 400]' is invalid for input of size 179776": "runtimeerror-shape-2-3-is-invalid-for-input-of-size-5",
    "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB": "torch-outofmemoryerror-cuda-out-of-memory",
    '"softmax_kernel" not implemented for \'Int\'': "notimplementederror-not-implemented-for-long",
    "nan loss": "a-nan-loss",
    "grad is None": "grad-is-none",
}  # fmt: skip


@pytest.mark.parametrize("base", ["file"], indirect=True)
def test_the_box_finds_the_entry_for_a_pasted_line(visit: Any) -> None:
    page = visit(ERRORS, size=PHONE)
    page.context.set_offline(True)
    box, answer = page.get_by_label("paste the last line"), page.locator(".error-filter [aria-live]")
    for line, entry in PASTED.items():
        box.fill(line)
        assert answer.locator("a").first.get_attribute("href") == f"#{entry}", line
    assert answer.locator("a").count() < 5
    box.press("Enter")
    assert page.url.endswith(f"#{entry}")
    box.fill("hello world")
    assert answer.inner_text().startswith("No entry")
    box.fill("")
    assert answer.inner_text() == ""


def test_without_script_nothing_is_lost(browser: Any, base: str) -> None:
    plain = Visit(browser, java_script_enabled=False)
    page = plain.turn_to(base, ERRORS)
    assert page.locator(".error-filter").count() == 0
    for entry in PASTED.values():
        assert page.locator(f"#{entry} > h3").is_visible()
        assert page.locator(f"table a[href='#{entry}']").count() == 1
    plain.context.close()


@pytest.mark.parametrize(
    ("query", "page", "words"),
    [
        ("交叉熵", "book/glossary.html", "cross-entropy"),
        ("学习率", "book/glossary.html", "learning rate"),
        ("weight decay", "book/glossary.html", "weight decay"),
        ("nan loss", ERRORS, "A nan loss"),
        ("grad is None", ERRORS, ".grad is None"),
    ],
)
def test_the_first_hit_is_the_place_that_was_meant(visit: Any, query: str, page: str, words: str) -> None:
    results = visit(f"search.html?q={query}")
    hit = results.locator("#search-results li a").first
    hit.wait_for()
    assert query.lower() in hit.inner_text().lower(), "shown by its own name"
    address = hit.get_attribute("href").split("?")[0]
    assert address.split("#")[0] == page
    assert len(results.locator("#search-results li").first.locator("small").inner_text()) > 20, (
        "a line of context"
    )
    hit.click()
    results.wait_for_load_state()
    place = results.locator(f"[id='{results.url.split('#')[1]}']")
    text = place.locator("xpath=preceding-sibling::dt[1]") if query > "z" else place
    assert text.first.inner_text().startswith(words)
