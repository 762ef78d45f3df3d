"""Markdown as sites write it becomes plain Markdown; code is not touched where no dialect applies to it."""

import time

import pytest

from ingest.blocks import parse_blocks
from ingest.clean import clean
from ingest.load.dialects import one_line, plain_markdown
from ingest.load.masks import Masked

HUGO = [
    ("{{< note >}}\nMind the gap.\n{{< /note >}}", "**Note:** Mind the gap."),
    ("1. Step\n\n   {{< caution >}}\n   Hot.\n   {{< /caution >}}", "1. Step\n\n   **Caution:** Hot."),
    ('{{% alert title="Read me" color="info" %}}\nWords.\n{{% /alert %}}', "**Read me:** Words."),
    ('{{< note >}}\n- one\n- two\n{{< /note >}}', "**Note:**\n\n- one\n- two"),
    ('a {{< glossary_tooltip text="pod" term_id="pod" >}} and a {{<glossary_tooltip term_id="node-pool">}}',
     "a pod and a node pool"),
    ('## {{% heading "whatsnext" %}}\n\nx', "## What's next\n\nx"),
    ('{{< tabs name="t" >}}\n{{% tab name="Linux" %}}\nuse apt\n{{% /tab %}}\n{{< /tabs >}}',
     "**Linux**\n\nuse apt"),
    ('{{< tab name="ARM64" codelang="bash" >}}\ncurl {{ x }}\n{{< /tab >}}',
     "**ARM64**\n\n```bash\ncurl {{ x }}\n```"),
    ('[docs]({{< relref "../a.md" >}}) and [api](https://a.org/{{< param "version" >}}/x)',
     "docs and [api](https://a.org/VERSION/x)"),
    ("See v{{< skew currentVersionAddMinor -1 >}}.", "See (current version - 1)."),
    ("run:\n\n{{% code_sample file=\"a/b.yaml\" %}}", "run:\n\n(the file `a/b.yaml`)"),
    ('{{< figure src="/x.png" caption="How data flows" >}}', "**How data flows**"),
    ('{{< comment >}}\nTODO\n{{< /comment >}}\nText', "Text"),
    ('{{< feature-state for_k8s_version="v1.24" state="stable" >}}',
     "Feature state: Kubernetes v1.24 (stable)"),
    ('{{< include "x.md" >}} {{< version-check >}}\n\nText', "Text"),
    ("Write {{</* note */>}} for a note. {{< note >}}a{{< /note >}}",
     "Write {{< note >}} for a note. **Note:** a"),
    ("{{< x >}}\n\n```bash\nget v{{< skew currentVersion >}}\n```", "```bash\nget vVERSION\n```"),
]  # fmt: skip
LIQUID = [
    ("{% data variables.product.prodname_actions %} on {% data variables.product.product_name %}",
     "GitHub Actions on GitHub"),
    ("{% note %}\n\n**Note:** Mind it.\n\n{% endnote %}", "**Note:** Mind it."),
    ('{% hint style="warning" %}\nMind it.\n{% endhint %}', "**Warning:** Mind it."),
    ("{% raw %}`${{ a }}`{% endraw %} and {% raw %}{{ b }}{% endraw %}", "`${{ a }}` and {{ b }}"),
    ("{% raw %}\n```yaml\nx: ${{ a }}\n```\n{% endraw %}", "```yaml\nx: ${{ a }}\n```"),
    ("   {% raw %}```bash{:copy}\n   ls\n   ```{% endraw %}\n", "```bash\nls\n```"),
    ('{% if currentVersion == "free-pro-team@latest" %}new{% else %}old{% endif %} {% octicon "gear" %}way',
     "new way"),
    ("1. {% data reusables.repositories.navigate-to-repo %}\n1. Click **Go**.", "1. Click **Go**."),
    ('{% tabs %}\n{% tab title="Pip" %}\nUse pip.\n{% endtab %}\n{% endtabs %}', "**Pip**\n\nUse pip."),
    ('[x]({{ "/topics/install" }}) {{ site.name }}', "x"),
    ("{% octicon \"pencil\" aria-label=\"The edit icon\" %} {% link_in_list /a/quick-start %}",
     "The edit icon quick start"),
]  # fmt: skip
BLOCKS = [
    ('!!! note "Title"\n    Body one.\n\n    Body two.\n\nAfter',
     "**Title:** Body one.\n\nBody two.\n\nAfter"),
    ("??? tip\n    Body.", "**Tip:** Body."),
    ('!!! warning\n\n    ```py\n    x = 1\n    ```\n', "**Warning:**\n\n```py\nx = 1\n```"),
    ('=== "pip"\n\n    use pip\n\n=== "conda"\n\n    use conda',
     "**pip**\n\nuse pip\n\n**conda**\n\nuse conda"),
    ("/// note | Technical Details\n\nBody.\n\n///", "**Technical Details:** Body."),
    ("//// tab | Linux\n\nBody.\n\n////", "**Linux**\n\nBody."),
    (":::tip CNCF Project\nBody.\n:::", "**CNCF Project:** Body."),
    (":::info[Versions]\n\nBody.\n\n:::", "**Versions:** Body."),
    ("::: fastapi.FastAPI\n    options:\n        members: x\n\nAfter", "After"),
    ("> [!NOTE]\n> Mind it.", "> **Note:** Mind it."),
    ("{* ../../a.py hl[1,3] *}\n\n--8<-- \"b.md\"\n\nText", "Text"),
    ("## Title { #anchor }\n\n[x](https://a.org){.internal-link target=_blank}", "## Title\n\n[x](https://a.org)"),
    ("```{note}\nMind it.\n```", "**Note:** Mind it."),
    ("```{include} ../README.md\n```\n\nText", "Text"),
    ("```{python}\nx = 1\n```", "```python\nx = 1\n```"),
    ("```{ .dockerfile .annotate }\nFROM x\n```", "```dockerfile\nFROM x\n```"),
    ("```language-bash\nls\n```", "```bash\nls\n```"),
    ("[TOC]\n\nText", "Text"),
]  # fmt: skip
COMPONENTS = [
    ("import Tabs from '@theme/Tabs';\n\n"
     "<Tabs>\n<TabItem value='a' label='First'>\n\nBody.\n\n</TabItem>\n</Tabs>",
     "**First**\n\nBody."),
    ("import Quiz from './q';\n\n<Quiz title='Check' questions={[{question: \"Why?\", "
     "options: [\"a\", \"b\"], correctIndex: 1, explanation: \"Because.\"}]} />",
     "**Check**\n\n**Why?**\n\n- a\n- b\n\nBecause."),
    ('<div className="x" style={{margin: 0}}>\n  <div>\n    <strong>Fast</strong>\n    <p>Very fast.</p>\n'
     '  </div>\n</div>',
     "**Fast**\n\nVery fast."),
    ('<ApiField\n  name="kind"\n  type="String"\n  description="What it <code>is</code>."\n/>',
     "- **kind** (String): What it `is`."),
    ('<admon type="tip">\n\nUse it.\n\n</admon>', "**Tip:** Use it."),
    ("<details>\n\n### More\n\nwords\n\n</details>", "### More\n\nwords"),
    ("<details>\n<summary>More</summary>\n\nwords\n\n</details>", "**More**\n\nwords"),
    ("a <abbr title='x'>term</abbr>, <b>bold</b>, <code>x_y</code>, H<sub>2</sub>O<br>line",
     "a term, **bold**, `x_y`, H2O  \nline"),
    ("use <your-name> and <string> here", "use <your-name> and <string> here"),
    ("<a href='/x'>in</a> <a href='https://a.org'>out</a>", "in [out](https://a.org)"),
    ("<table>\n<tr><th>A</th><th>B</th></tr>\n\n<tr><td>1</td><td>2 | 3</td></tr>\n</table>",
     "| A | B |\n| --- | --- |\n| 1 | 2 \\| 3 |"),
    ("| a | b |\n|---|---|\n| <ul><li>x</li><li>y</li></ul> | `p|q`<br>z |".replace("p|q", "p\\|q"),
     "| a | b |\n| --- | --- |\n| • x • y | `p\\|q` z |"),
    ("<script>alert(1)</script>\n\n<iframe src='x'></iframe>\n\nText <!-- gone -->", "Text"),
    ("![plot](x.png) ![How a request travels through it](y.png)", "How a request travels through it"),
    ("[a][1] and [b][2]\n\n[1]: /inner\n[2]: https://a.org/x", "a and [b](https://a.org/x)"),
    ("term\n: what it means", "- **term**: what it means"),
    ("Text $x_i = \\frac{1}{2}$ costs $5 and $6.", "Text $x_i = \\frac{1}{2}$ costs $5 and $6."),
    ('<div class="termy">\n\n```console\n$ <font color="x">run</font> &lt;a&gt;\n```\n\n</div>',
     "```console\n$ run <a>\n```"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "plain"), [*HUGO, *LIQUID, *BLOCKS, *COMPONENTS])
def test_a_dialect_keeps_its_words_and_loses_its_machinery(written: str, plain: str) -> None:
    assert plain_markdown(written).strip() == plain


UNTOUCHED = [
    "```jinja\n{% if x %}{{ y }}{% raw %}{% endraw %}{% endif %}\n```",
    "```md\n{{< note >}}x{{< /note >}} {{% tab %}}\n```",
    '```md\n!!! note\n    body\n=== "Tab"\n:::tip\n/// note\n```',
    "```jsx\nimport A from 'a'\n<Tabs style={{a: 1}}><b>x</b></Tabs>\n<!-- kept -->\n```",
    "```rst\n.. note:: x\n:ref:`y`\n```",
    "```html\n<div>&amp;</div>\n\n\n<p>x   \n```",
    "~~~\n```\n{% data variables.product.x %}\n```\n~~~",
    "- item\n\n  ```bash\n  echo ${{ x }} {{ y }}\n  ```",
    "> ```yaml\n> a: {{ b }}\n> ```",
    "`{% if %}`, `{{ x }}`, `{{< y >}}`, `<div>` and `<!-- z -->` are code",
]


@pytest.mark.parametrize("text", UNTOUCHED)
@pytest.mark.parametrize("around", ["words", "{{< note >}}x{{< /note >}}", "{% hint %}x{% endhint %}"])
def test_code_stays_as_it_is(text: str, around: str) -> None:
    if "{%" in around and "raw" in text:
        around = "words"  # there the marks are the dialect's own
    if "{{<" in around and "y >}}" in text:
        text = text.replace("`{{< y >}}`, ", "")
    assert text in plain_markdown(f"{around}\n\n{text}\n\nafter")


def test_a_value_in_code_stays_unless_the_page_itself_is_written_so() -> None:
    code = "```\nget {{< skew currentVersion >}} {% data variables.product.x %}\n```"
    assert code in plain_markdown(f"words\n\n{code}")
    assert "get VERSION" in plain_markdown("{{< note >}}x{{< /note >}}\n\n" + code)


def test_prose_about_templates_is_no_template() -> None:
    text = 'Write {{ ds }} or {% if x %} in a template, and "day={{ ds }}" appears.'
    assert plain_markdown(text).strip() == text


def test_front_matter_values_lose_their_tags() -> None:
    assert one_line("{% data variables.product.prodname_actions %} basics") == "GitHub Actions basics"
    assert one_line("Plain {words}") == "Plain {words}"


def test_an_indented_tag_is_code_unless_it_stands_within_a_tag() -> None:
    assert (
        plain_markdown("Text\n\n    <div>x</div>\n\nmore").strip() == "Text\n\n```\n<div>x</div>\n```\n\nmore"
    )
    assert plain_markdown("<div>\n\n    <p>x</p>\n\n</div>").strip() == "x"


def test_placeholders_in_an_indented_listing_stay() -> None:
    assert plain_markdown("Text\n\n    run <name> <Foo/>").strip() == "Text\n\n```\nrun <name> <Foo/>\n```"


def test_a_page_cannot_write_tokens_of_its_own() -> None:
    assert "`a`" in plain_markdown("`a` \ufdd0" + "7\ufdd1 &#xFDD0;99&#xFDD1;")
    assert Masked("\ufdd00\ufdd1 x").restore() == "0 x"


@pytest.mark.parametrize(
    "text",
    ["{{< " * 20_000, "{% if " * 20_000, "<a " * 20_000, "<A x={" * 3_000, "```\n" * 20_001,
     "!!! a\n" * 10_000, "`" * 30_000, "[a](" * 10_000, "> " * 5_000, "<div>" * 400 + "x", "$a_" * 10_000,
     ":::a\n" * 10_000],
    ids=["hugo", "liquid", "tags", "braces", "fences", "notes", "ticks", "links", "quotes", "divs", "dollars",
         "colons"],
)  # fmt: skip
def test_hostile_text_takes_no_more_than_seconds(text: str) -> None:
    began = time.process_time()
    plain_markdown(text)
    assert time.process_time() - began < 10


def test_what_comes_out_is_stable_and_has_its_structure() -> None:
    text = clean(
        plain_markdown(
            "# A\n\n{{< note >}}\nb\n{{< /note >}}\n\n- c\n\n  ```py\n  d\n  ```\n\n| e |\n|---|\n| f |"
        )
    )
    assert clean(text) == text
    assert [block.kind for block in parse_blocks(text)] == ["heading", "paragraph", "item", "code", "table"]
