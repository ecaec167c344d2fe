"""The map in a real browser: what it draws, answers, finds and saves."""

import io
import itertools
import json
import unicodedata

import numpy as np
import pytest

from omnivec import Vectors, load
from omnivec.data.jamo import decompose
from omnivec.explore.map import write_map


def chosen(page):
    """The word of the card, and the words of its table."""
    words = page.locator("#nearest tbody button").all_text_contents()
    return page.locator("#chosen").text_content(), words


def same_answers(found, wanted):
    """Equal keys in equal order, scores to 1e-6; equal scores of float32 may stand in either order."""
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted], abs=1e-6)
    for (key, _), (expected, score) in zip(found, wanted, strict=True):
        close = [other for other, near in wanted if abs(near - score) < 2e-6]
        assert key == expected or key in close


ASK = "(row) => neighborsOf(row, 10).map(({row, score}) => [keys[row], score])"
ANALOGY = "([a, b, c]) => analogyOf(a, b, c, 10).map(({row, score}) => [keys[row], score])"


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_neighbours_and_analogies_are_the_library_s(vectors, opened, tmp_path, dtype):
    folder, path = tmp_path / "model.omnivec", tmp_path / "map.html"
    vectors.save(folder)
    stored = load(folder, dtype=dtype).vectors
    assert stored.table.dtype == dtype
    write_map(stored, path, projection="pca", clusters=0)
    page = opened(path)
    for row in [0, 1, 40, 41, *range(100, 600, 17)]:
        same_answers(page.evaluate(ASK, row), stored.neighbors(row))
    for three in ([2, 0, 3], [10, 200, 37], [40, 41, 599]):
        same_answers(page.evaluate(ANALOGY, three), stored.analogy(*three))


def test_equal_rows_come_by_row_and_a_row_of_zeros_is_near_nothing(unchanged):
    assert unchanged.evaluate("neighborsOf(40, 1)[0].row") == 41
    assert unchanged.evaluate("best([.5, .9, .9, .1], 3, [])") == [
        {"row": 1, "score": 0.9}, {"row": 2, "score": 0.9}, {"row": 0, "score": 0.5},
    ]  # fmt: skip
    assert unchanged.evaluate("neighborsOf(50, 3).map(({score}) => score)") == [0, 0, 0]


def test_a_click_on_a_point_shows_its_neighbours(page, vectors):
    row = 300
    # Far in, no other point is near the one that is clicked.
    page.evaluate(
        "row => { Object.assign(view, {x: places[2*row], y: places[2*row+1], zoom: 60000}); draw() }", row
    )
    box = page.locator("#labels").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    word, words = chosen(page)
    assert word == vectors.keys[row]
    assert words == [key for key, _ in vectors.neighbors(row)]
    facts = page.locator("#facts").inner_text()
    assert f"{vectors.index.lengths()[row]:.3f}" in facts
    assert page.locator("#said").text_content().startswith(f"{word}: {words[0]}")


def test_counts_norms_and_hubness_stand_beside_neighbours(page, made, vectors):
    page.evaluate("choose(0)")
    first = page.locator("#nearest tbody tr").first.locator("td").all_text_contents()
    row = vectors.key_to_index[vectors.neighbors(0)[0][0]]
    count = f"{vectors.keys.counts[row]:,}".replace(",", "\u202f")
    assert first == [
        f"{vectors.neighbors(0)[0][1]:.3f}",
        count,
        f"{vectors.index.lengths()[row]:.2f}",
        str(made[1].hubs[row]),
    ]


def test_the_picture_is_not_blank_in_light_and_dark(opened, made):
    image = pytest.importorskip("matplotlib.image")
    grounds = []
    for scheme in ("light", "dark"):
        page = opened(made[0], color_scheme=scheme)
        shot = image.imread(io.BytesIO(page.locator("#points").screenshot()))[:, :, :3]
        ground = np.median(shot.reshape(-1, 3), axis=0)
        drawn = (np.abs(shot - ground).max(axis=2) > 0.2).mean()
        assert 0.005 < drawn < 0.5
        pixels = page.evaluate(PIXELS)
        assert pixels["drawn"] > 600 and pixels["colours"] > 4
        grounds.append(ground.mean())
    assert grounds[0] > 0.9 and grounds[1] < 0.15


PIXELS = """() => {
  draw();
  const gl = document.getElementById("points").getContext("webgl2");
  const {width, height} = gl.canvas, all = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, all);
  const colours = new Set();
  let drawn = 0;
  for (let at = 0; at < all.length; at += 4) if (all[at + 3] > 100) {
    drawn++;
    colours.add([all[at] >> 5, all[at + 1] >> 5, all[at + 2] >> 5].join());
  }
  return {drawn, colours: colours.size};
}"""


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ki", ["king", "kind", "King"]),
        ("KI", ["king", "kind", "King"]),
        ("Ki", ["King", "king", "kind"]),
        ("서", ["서울", "서울시", "성남"]),
        ("서우", ["서울", "서울시"]),
        ("성", ["성남", "서울", "서울시"]),  # on the way to 서우
        ("ㅅㅓㅇ", ["서울", "서울시", "성남"]),
        ("ㅅㅇ", ["서울", "서울시"]),
        ("ㄱㅘ", ["과일"]),
        ("ㄱㅗㅏ", ["과일"]),
        ("\u1109\u1165\u110b\u116e\u11af", ["서울", "서울시"]),
        ("two ", ["two words"]),
        ("값", [unicodedata.normalize("NFD", "값")]),  # a key that is not composed
        ("갑", [unicodedata.normalize("NFD", "값")]),
        ("ㄱㅏㅂ", [unicodedata.normalize("NFD", "값")]),
        (unicodedata.normalize("NFD", "naï"), ["naïve"]),
        ("</s", ["</script><script>document.title='broken'</script>"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_search_completes_by_prefix_case_syllable_letter_and_initial(unchanged, typed, found):
    assert unchanged.evaluate("typed => complete(typed).map((row) => keys[row])", typed) == found


def test_letters_of_every_syllable_are_the_library_s(unchanged):
    syllables = "".join(map(chr, range(0xAC00, 0xAC00 + 11172))) + "ㄳㅘabc"
    found = unchanged.evaluate("text => letters(text)", syllables)
    wanted = "".join(decompose(sign, "simple") for sign in syllables[:11172])
    assert found == wanted + "ㄱㅅㅗㅏabc"
    first = unchanged.evaluate("text => initials(text)", syllables[:11172:588])
    assert first == "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def test_every_finite_float16_is_read_exactly(unchanged):
    every = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float64)
    finite = np.isfinite(every)
    found = np.array(unchanged.evaluate("[...halves()]"), np.float64)
    np.testing.assert_array_equal(found[finite], every[finite])


def test_search_by_keyboard(page, vectors):
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("que")
    options = page.locator("#search-list [role=option]")
    assert options.count() == 1 and page.get_attribute("#search", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#search", "aria-activedescendant") == "search-list-0"
    page.keyboard.press("Enter")
    assert chosen(page)[0] == "queen"
    page.keyboard.press("ArrowDown")  # into the neighbours
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = vectors.neighbors("queen")[1][0]
    assert chosen(page)[0] == second
    page.go_back()
    page.wait_for_function("document.getElementById('chosen').textContent === 'queen'")
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("nosuchword")
    page.keyboard.press("Enter")
    assert "nosuchword is not among these words" in page.locator("#said").text_content()


def test_a_word_in_the_address_is_opened(opened, made):
    page = opened(made[0])
    page.evaluate("location.hash = '#' + encodeURIComponent('서울')")
    page.wait_for_function("document.getElementById('chosen').textContent === '서울'")
    assert page.locator("#chosen span").get_attribute("lang") == "ko"


def test_an_analogy_is_answered_in_a_table_and_with_arrows(page, vectors):
    page.click("#tab-analogy")
    for field, word in zip("abc", ("man", "king", "woman"), strict=True):
        page.fill(f"#{field}", word)
    page.click("#analogy-form .main")
    words = page.locator("#answers tbody button").all_text_contents()
    assert words == [key for key, _ in vectors.analogy("man", "king", "woman")]
    best = vectors.key_to_index[words[0]]
    assert page.evaluate("state.arrows") == [[2, 0], [3, best]]
    page.fill("#b", "nobody")
    page.click("#analogy-form .main")
    assert "nobody is not among these words" in page.locator("#analogy-hint").text_content()
    assert page.get_attribute("#b", "aria-invalid") == "true"


WRITTEN = """() => {
  const found = [];
  pen.fillText = function (text, left, top) {
    found.push([text, left, top - 6, left + pen.measureText(text).width, top + 6]);
  };
  draw();
  delete pen.fillText;
  return found;
}"""


def written(page):
    """What stands on the picture, by text: (left, top, right, bottom), none on another."""
    found = page.evaluate(WRITTEN)
    for (_, *one), (_, *other) in itertools.combinations(found, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]
    return {text: box for text, *box in found}


def test_words_of_a_question_that_lie_at_one_place_stand_on_both_its_sides(page):
    page.evaluate(
        "places.copyWithin(2 * keys.indexOf('woman'), 2 * keys.indexOf('man'), 2 * keys.indexOf('man') + 2)"
    )
    page.click("#tab-analogy")
    for field, word in zip("abc", ("man", "king", "woman"), strict=True):
        page.fill(f"#{field}", word)
    page.click("#analogy-form .main")
    found = written(page)
    assert found["woman"][2] < found["man"][0]


LINES = """all => all.map((one) => {
  const range = new Range();
  range.selectNodeContents(one);
  return range.getClientRects().length;
})"""


def test_in_a_narrow_window_nothing_hides_what_was_asked(opened, made):
    page = opened(made[0], viewport={"width": 380, "height": 760})
    assert page.locator("#legend-entries").is_hidden() and page.locator("#legend-title").is_visible()
    tools = page.locator("#tools button, #tools select")
    assert len(set(tools.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)"))) == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 380
    page.click("#help-open")
    assert page.locator("#help th").evaluate_all(LINES) == [1] * 5
    page.click("#help .main")
    page.click("#tab-axis")
    page.fill("#from", "man")
    page.fill("#to", "woman")
    page.click("#axis-form .main")
    found = written(page)
    legend = page.locator("#legend").evaluate("(one) => one.offsetLeft")
    assert found["← man"][2] < found["woman →"][0] and found["woman →"][2] < legend
    lowest = page.evaluate("Math.max(...frequent.map((row) => screenOf(row)[1]))")
    assert lowest < found["← man"][1]


def test_an_axis_lays_words_out_by_their_cosine_with_a_direction(page, vectors):
    page.click("#tab-axis")
    page.fill("#from", "man")
    page.fill("#to", "woman")
    page.click("#axis-form .main")
    one, other = (vectors.get_vector(word, norm=True) for word in ("man", "woman"))
    wanted = vectors.index.scores(other - one)
    np.testing.assert_allclose(page.evaluate("[...axes.across.values]"), wanted, atol=1e-6)
    across = np.array(page.evaluate("[...places]")).reshape(-1, 2)
    assert np.corrcoef(across[:, 0], wanted)[0, 1] > 0.999999
    assert np.corrcoef(across[:, 1], np.log10(vectors.keys.counts + 1))[0, 1] > 0.999999
    page.fill("#low", "king")
    page.fill("#high", "queen")
    page.click("#axis-form .main")
    assert page.evaluate("axes.upwards.end") == "queen"
    page.click("#axis-end")
    assert page.evaluate("places === points")
    page.fill("#to", "man")
    page.fill("#low", "")
    page.fill("#high", "")
    page.click("#axis-form .main")
    assert "two different words" in page.locator("#axis-hint").text_content()


def test_a_loop_selects_what_lies_in_it_and_the_selection_is_saved(page, vectors, made, tmp_path):
    box = page.locator("#labels").bounding_box()
    corners = [(250, 200), (600, 180), (560, 560), (240, 520)]
    plane = page.evaluate("all => all.map(([x, y]) => toPlane(x, y))", corners)
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 250, box["y"] + 200)
    page.mouse.down()
    for x, y in [*corners, corners[0]]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    matplotlib = pytest.importorskip("matplotlib.path")
    inside = set(np.flatnonzero(matplotlib.Path(plane).contains_points(made[1].points)).tolist())
    found = page.evaluate("selected")
    assert len(inside) > 20 and len(inside ^ set(found)) <= 2  # a row on the line may be told either way
    counts = vectors.keys.counts[found]
    assert (np.diff(counts) <= 0).all()
    assert page.locator("#selected tbody tr").count() == min(len(found), 100)
    assert f"{len(found)} of 600 words" in page.locator("#selected-count").text_content()
    with page.expect_download() as saved:
        page.click("#save-json")
    rows = json.loads(saved.value.path().read_text("utf-8"))
    assert [row["row"] for row in rows] == found
    assert [row["count"] for row in rows] == counts.tolist()
    with page.expect_download() as saved:
        page.click("#save-tsv")
    lines = saved.value.path().read_text("utf-8").split("\n")
    assert lines[0].split("\t") == ["word", "row", "count", "hubness", "cluster", "group", "x", "y"]
    assert len(lines) == len(found) + 2 and all(line.count("\t") == 7 for line in lines[:-1])
    page.click("#clear")
    assert page.evaluate("selected") == []


def test_tabs_and_line_ends_of_words_stay_one_cell(unchanged):
    line = unchanged.evaluate("asTsv([keys.indexOf('a\\tb'), keys.indexOf('line\\nend')])").split("\n")
    assert line[1].startswith("a\\tb\t") and line[2].startswith("line\\nend\t")


def test_the_legend_selects_a_cluster(page, made):
    page.select_option("#colour", "cluster")
    page.locator("#legend button").first.click()
    sizes = np.bincount(made[1].clusters)
    assert len(page.evaluate("selected")) == sizes[0]
    assert [int(text) for text in page.locator("#legend small").all_text_contents()] == sizes.tolist()


def test_colours_go_by_group_cluster_frequency_norm_and_hubness(page, made):
    assert page.locator("#colour option").all_text_contents() == [
        "Group",
        "Cluster",
        "Frequency",
        "Norm",
        "Hubness",
    ]
    assert page.locator("#legend button span").all_text_contents() == ["even", "odd"]
    assert "without" in page.locator("#legend").inner_text()
    seen = set()
    for name in ("group", "cluster", "frequency", "norm", "hubness"):
        page.select_option("#colour", name)
        seen.add(tuple(page.evaluate("[...paint.slice(0, 400)]")))
    assert len(seen) == 5


def test_colours_and_text_stand_out_from_the_ground(page):
    for theme in ("light", "dark"):
        least = page.evaluate(
            """theme => {
              const ground = channels(GROUND[theme]), colour = sequence(theme);
              const kinds = Array.from({length: 8}, (_, one) => category(one, theme).rgb);
              const values = Array.from({length: 50}, (_, at) => colour(at / 49));
              return Math.min(...[...kinds, ...values].map((rgb) => contrast(rgb, ground)));
            }""",
            theme,
        )
        assert least >= 3
        page.evaluate("theme => wear(theme)", theme)
        for ink in ("ink", "quiet", "label", "accent"):
            for ground in ("ground", "panel"):
                pair = page.evaluate(
                    """names => contrast(...names.map((name) => channels(
                        getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim())))""",
                    [ink, ground],
                )
                assert pair >= 4.5, (theme, ink, ground)
    ground = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()")
    assert ground == page.evaluate("GROUND.dark")
    looks = page.evaluate("Array.from({length: 32}, (_, one) => JSON.stringify(category(one, 'dark')))")
    assert len(set(looks)) == 32


def test_wheel_drag_and_keys_move_the_view(page):
    before = page.evaluate("({...view})")
    page.locator("#labels").focus()
    page.keyboard.press("+")
    assert page.evaluate("view.zoom") == pytest.approx(before["zoom"] * 1.3)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("view.x") > before["x"]
    page.keyboard.press("0")
    assert page.evaluate("view.zoom") == pytest.approx(before["zoom"])
    place = page.evaluate("toPlane(300, 300)")
    box = page.locator("#labels").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.wheel(0, -300)
    page.wait_for_function("before => view.zoom > before * 1.2", arg=before["zoom"])
    assert page.evaluate("toPlane(300, 300)") == pytest.approx(place)
    page.mouse.down()
    page.mouse.move(box["x"] + 380, box["y"] + 330)
    page.mouse.up()
    assert page.evaluate("toPlane(380, 330)") == pytest.approx(place)
    assert page.locator("#card").is_hidden()  # a drag is no click


def test_fingers_pinch_tap_and_draw(opened, made):
    page = opened(made[0], has_touch=True, viewport={"width": 700, "height": 900})
    touch = page.context.new_cdp_session(page)
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # or a tap on a busy machine would be a long press

    def send(kind, *places):
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = page.evaluate("view.zoom")
    send("touchStart", (300, 200), (360, 200))
    send("touchMove", (250, 200), (410, 200))
    send("touchEnd")
    assert page.evaluate("view.zoom") / before == pytest.approx(160 / 60, rel=0.02)
    page.evaluate("fit(false)")
    send("touchStart", (250, 100))
    assert page.locator("#labels.drawing").count() == 0
    page.clock.run_for(500)  # the long press
    assert page.locator("#labels.drawing").count() == 1
    for place in [(450, 100), (450, 350), (250, 350), (250, 110)]:
        send("touchMove", place)
    send("touchEnd")
    assert len(page.evaluate("selected")) > 5
    page.evaluate("clear(); Object.assign(view, {x: places[40], y: places[41], zoom: 60000}); draw()")
    box = page.locator("#labels").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert chosen(page)[0] == page.evaluate("keys[20]")


def test_keys_are_the_library_s_and_none_of_them_is_code(unchanged, vectors):
    assert unchanged.title() == "A <title> & more"
    assert unchanged.evaluate("keys.length") == len(vectors)
    spelled = unchanged.evaluate(
        "keys.map((key) => Array.from({length: key.length}, (_, at) => key.charCodeAt(at)))"
    )
    wanted = [[*memoryview(key.encode("utf-16-le", "surrogatepass")).cast("H")] for key in vectors.keys]
    assert spelled == wanted


def test_without_webgl_there_is_a_message_and_all_but_the_picture(opened, made, vectors):
    script = """const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind === "webgl2" ? null : get.call(this, kind, ...rest);
      };"""
    page = opened(made[0], script)
    assert "no WebGL 2" in page.locator("#without").inner_text()
    page.fill("#search", "king")
    page.keyboard.press("Enter")
    assert chosen(page) == ("king", [key for key, _ in vectors.neighbors("king")])


def test_what_a_screen_reader_reads(page):
    page.evaluate("choose(0)")
    unnamed = page.evaluate(
        """[...document.querySelectorAll("input, select, button, canvas[tabindex]")].filter((one) =>
          !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim())).length"""
    )
    assert unnamed == 0
    assert page.locator("#nearest caption").text_content() == "Nearest to king"
    assert page.locator("#nearest th[scope=row]").count() == 10
    assert page.locator("html").get_attribute("lang") == "en"
    roles = page.evaluate(
        "[...document.querySelectorAll('[role=tab]')].map((tab) => tab.getAttribute('aria-selected'))"
    )
    assert roles.count("true") == 1
    page.locator("#tab-neighbors").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-analogy"
    assert page.locator("#analogy").is_visible() and page.locator("#neighbors").is_hidden()


def test_the_corner_names_the_projection_and_what_it_kept(unchanged, made):
    kept = round(100 * made[1].kept)
    assert (
        unchanged.locator("#corner").text_content()
        == f"t-SNE of the 10 nearest · {kept} % of the 10 nearest kept"
    )


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_few_rows_are_a_map_too(opened, tmp_path, rows):
    path = tmp_path / "few.html"
    write_map(Vectors([f"k{n}" for n in range(rows)], np.eye(rows, 4)), path)
    page = opened(path)
    page.evaluate("choose(0)")
    assert page.locator("#nearest tbody tr").count() == rows - 1
    assert page.locator("#colour option").first.text_content() == "Cluster"
    page.select_option("#colour", "frequency")
    assert "Rank" in page.locator("#legend").inner_text()  # there are no counts


def test_before_the_first_frame_the_search_has_the_keys_and_a_word_of_the_address_is_shown(opened, made):
    script = """window.requestAnimationFrame = () => 0;
      window.ResizeObserver = class { observe() {} };
      document.addEventListener("DOMContentLoaded", () => { window.first = document.activeElement.id; });"""
    page = opened(made[0], script, word="queen")
    assert page.evaluate("window.first") == "search"
    assert page.evaluate("[view.width, view.x, view.y]") == [
        page.locator("#stage").bounding_box()["width"], *page.evaluate("[places[2], places[3]]"),
    ]  # fmt: skip
    assert page.evaluate("view.zoom >= 2 * view.least")


def test_inside_another_page_the_map_leaves_the_keys_alone(chromium, made, tmp_path):
    notebook = tmp_path / "notebook.html"
    inside = "<input><iframe src='{}'></iframe><script>document.querySelector('input').focus()</script>"
    notebook.write_text(inside.format(made[0].as_uri()), encoding="utf-8")
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(notebook.as_uri())
        page.frame_locator("iframe").locator("html[data-ready]").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "INPUT"


def test_who_walks_by_keys_stays_in_the_list(page, vectors):
    page.keyboard.type("queen")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    first = vectors.neighbors("queen")[0][0]
    assert chosen(page)[0] == first
    near = [key for key, _ in vectors.neighbors(first)]
    assert page.evaluate("document.activeElement.textContent") == near[0]
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == near[1]
    page.evaluate("select([100, 101])")  # a word of another tab leads into the neighbours, too
    page.locator("#selected tbody button").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('table').id") == "nearest"


def test_back_from_the_first_word_is_the_map_as_it_was(page):
    page.keyboard.type("king")
    page.keyboard.press("Enter")
    page.go_back()
    page.wait_for_selector("#card", state="hidden")
    assert page.evaluate("state.chosen") == -1


def test_a_word_that_is_no_text_can_be_chosen(page, vectors):
    row = vectors.key_to_index["\udc80lone"]
    page.evaluate("row => choose(row)", row)  # no page error: its name has no place in an address
    assert page.locator("#nearest tbody tr").count() == 10
    empty = vectors.key_to_index[""]
    page.evaluate("row => choose(row)", empty)
    assert chosen(page)[0] == "(empty)"
    assert page.locator("#nearest caption").text_content() == "Nearest to (empty)"


def test_copying_says_whether_it_worked(opened, made):
    page = opened(made[0], "Object.defineProperty(navigator, 'clipboard', {value: undefined});")
    page.evaluate("select([0, 1])")
    answered = """() => new Promise((told) => {
      const button = document.getElementById("copy");
      new MutationObserver(() => told(button.textContent)).observe(button, {childList: true});
      button.click();
    })"""
    assert page.evaluate(answered) == "Not allowed here"
    assert "save the words instead" in page.locator("#said").text_content()


def test_a_legend_of_thousands_of_groups_is_cut(opened, tmp_path):
    path, count = tmp_path / "map.html", 400
    words = Vectors([f"w{n}" for n in range(count)], np.random.default_rng(1).normal(size=(count, 3)))
    write_map(words, path, projection="pca", clusters=0, groups={f"w{n}": f"g{n}" for n in range(count)})
    page = opened(path)
    assert page.locator("#legend button").count() == 300
    assert "and 100 smaller ones" in page.locator("#legend").inner_text()
