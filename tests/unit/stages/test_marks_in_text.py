"""Links, addresses, numbers, secrets and broken encodings: found where they are, and only there."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Mark
from pipeline.stages.choices import apply_marks
from pipeline.stages.contacts import find_emails, find_phones
from pipeline.stages.links import find_links
from pipeline.stages.mojibake import find_mojibake
from pipeline.stages.secrets import find_secrets

from .order import assert_in_order
from .writing import markdown_posts, needs_corpora, wordpress_posts

FINDERS = (find_emails, find_links, find_mojibake, find_phones, find_secrets)


def fixed(text: str, find: Callable[[str], list[Mark]]) -> str:
    return apply_marks(text, find(text))


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Look at https://x.org/a_(b) for more.", "Look for more."),
        ("It is here (https://x.org). End", "It is here. End"),
        ("Done. See https://x.org/bar. Next.", "Done. Next."),
        ("words (see https://x.org/a).", "words."),
        ('The "Summer of Code":http://x.org/soc. Then "ours":https://x.org/a_b', "The Summer of Code. Then ours"),
        ('He said "yes": https://x.org/a said no.', 'He said "yes": said no.'),
        ("Read more: https://x.org/a", "Read more"),
        ("a\n\nhttps://x.org\n\nb", "a\n\nb"),
        ('The [old words](http://x.org/a_(b) "t") stay.', "The old words stay."),
        ("![alt](http://x.org/a.png)text", "text"),
        ("Go <https://x.org/a> now", "Go now"),
        ("www.example.com/x is it", "is it"),
        ("ftp://x.org/f and bit.ly/abc", "and"),
        ("we built cloud.gov in m.gsa.gov", "we built cloud.gov in m.gsa.gov"),
        ("Visit example.com.", ""),
        ("To apply, see apply.example.org.", "To apply."),
        ("look into analytics.usa.gov now", "look into analytics.usa.gov now"),
        ("the “Labs” http://labs.example.org. As many", "the “Labs”. As many"),
        ("the URL 'http://x.org/' changed", "the URL changed"),
        ("mysite.com?a=true works; example.com? No", "works; example.com? No"),
    ],
)
def test_addresses_go_and_words_stay(text: str, after: str) -> None:
    assert fixed(text, find_links) == after


@pytest.mark.parametrize(
    "text",
    [
        "e.g. this, i.e. that, at 5 a.m. in the day, etc. U.S.A. J.R.R. Tolkien",
        "Node.js, ASP.NET, Vue.js, report.md, main.py, v1.2.3 and 3.14",
        "Data.gov is a name",
        "write to jane@example.com",
        "a sentence ends.Another begins.it goes on",
        "[words] (brackets) [1] [sic](not)",
    ],
)
def test_prose_that_looks_like_addresses_stays(text: str) -> None:
    assert find_links(text) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Write to jane.doe+x@mail.example.co.uk, please.", "Write to [email], please."),
        ("bob [at] example [dot] org or amy (at) x.org", "[email] or [email]"),
        ("mailto:jane@example.com", "mailto:[email]"),
        (
            "logo@2x.png git@github.com:a/b @me@mastodon.social x @ y",
            "logo@2x.png git@github.com:a/b @me@mastodon.social x @ y",
        ),
    ],
)
def test_email_addresses_are_masked(text: str, after: str) -> None:
    assert fixed(text, find_emails) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Call +1 202 456 1111 now", "Call [phone] now"),
        ("(202) 456-1111 or 202.456.1111, 1-800-225-5288", "[phone] or [phone], [phone]"),
        ("Ring 020 7946 0958 or +49 30 227-32152.", "Ring [phone] or [phone]."),
        ("Pay GB82 WEST 1234 5698 7654 32 now", "Pay [iban] now"),
        ("card 4111 1111 1111 1111.", "card [card]."),
    ],
)
def test_personal_numbers_are_masked(text: str, after: str) -> None:
    assert fixed(text, find_phones) == after


@pytest.mark.parametrize(
    "text",
    [
        "2014-05-21, 01/2005, 12.05.2014, 01-02-2014 10:30",
        "192.168.100.200 and 2147483647 and 6.02214076",
        "4111 1111 1111 1112 and GB82 WEST 1234 5698 7654 33",
        "ISBN 978-3-16-148410-0, $202 456 1111, pages 100-200, 1990-2000, 123-45-6789",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert find_phones(text) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("password: hunter2", "password: [secret]"),
        ("AWS_SECRET_ACCESS_KEY: e_qeNF3Mpwo7!n5)", "AWS_SECRET_ACCESS_KEY: [secret])"),
        ("the password is Tr0ub4dor&3, ok", "the password is [secret], ok"),
        ('API_KEY = "a8f5f167f44f4964"', 'API_KEY = "[secret]"'),
        ("key sk-ant-api03-" + "a1B2" * 6, "key [secret]"),
        ("key sk-proj-" + "a1B2" * 6, "key [secret]"),
        ("AIza" + "Sy1" * 12, "[secret]"),
        ("github_pat_" + "a1B2" * 8, "[secret]"),
        ("ghp_" + "a1B2" * 9, "[secret]"),
        ("xoxb-" + "123456789012-abcdefABCDEF", "[secret]"),
        ("AKIA" + "IOSFODNN7ABCDEFG", "[secret]"),
        ("http://bob:pa55word@host/x", "http://bob:[secret]@host/x"),
        ("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAA=\n-----END RSA PRIVATE KEY-----\nb", "a\n[secret]\nb"),
    ],
)
def test_secrets_are_masked(text: str, after: str) -> None:
    assert fixed(text, find_secrets) == after


@pytest.mark.parametrize(
    "text",
    [
        "The secret: practice, practice. Password: something easy to remember. My password is correct.",
        "password: <your-password> token: ${TOKEN} api_key=YOUR_API_KEY1",
        "antidisestablishmentarianism2024 and https://example.com/2014/05/21/a-long-title-of-a-post",
        "The pass is 3,000 metres high; token ring networks",
    ],
)
def test_talk_about_secrets_stays(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("LuÃ\u00ads GonÃ§alves and photoâ€™s", "Luís Gonçalves and photo’s"),
        ("They donÃ¢â‚¬â„¢t know", "They don’t know"),
        ("Fine — “here”. Brokenâ€”there.", "Fine — “here”. Broken—there."),
    ],
)
def test_broken_encodings_are_repaired(text: str, after: str) -> None:
    assert fixed(text, find_mojibake) == after


def test_only_broken_words_are_marked() -> None:
    text = "Café “quoted” — and photoâ€™s end"
    assert [text[m.start : m.end] for m in find_mojibake(text)] == ["photoâ€™s"]


@pytest.mark.parametrize(
    "text",
    ["Café naïve Ångström “curly” ‘quotes’ – — … 😀👩‍👩‍👧 ½ €5 £3 §2", "Äpfel, Öl, ÜBER, voilà, Ã", "Привет", "日本語"],
)
def test_typography_and_accents_stay(text: str) -> None:
    assert find_mojibake(text) == []


@pytest.mark.parametrize("find", FINDERS)
@given(text=st.text(alphabet='aZ09 .@:/-+[]()<>=\n"Ãâ€™“', max_size=120))
def test_marks_are_in_order_and_in_bounds(find: Callable[[str], list[Mark]], text: str) -> None:
    assert_in_order(text, find(text))


@needs_corpora
def test_real_mojibake_is_in_seven_posts_of_cc_labs_and_nowhere_else() -> None:
    broken = [post for post in wordpress_posts("cc-labs.xml") if find_mojibake(post.text)]
    assert len(broken) == 7
    assert not any(find_mojibake(apply_marks(post.text, find_mojibake(post.text))) for post in broken)
    assert [post.document_id for post in markdown_posts("benbalter") if find_mojibake(post.text)] == []


@needs_corpora
def test_real_numbers_are_seldom_taken_for_telephones() -> None:
    posts = [*markdown_posts("benbalter"), *markdown_posts("digitalgov"), *wordpress_posts("cc-labs.xml")]
    assert [p.text[m.start : m.end] for p in posts for m in find_phones(p.text)] == ["(202) 785-2024"]
