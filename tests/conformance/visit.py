"""A person at the provider with an authorization request, and what the relying party hears of it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from tests.conformance.checks import is_error, is_random
from tests.conformance.person import Person, Stand, form_action_of, forms_in

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back at the redirect URI, and what had been asked."""

    said: dict[str, str]
    asked: dict[str, str] = field(repr=False)

    @property
    def code(self) -> str:
        """The authorization code."""
        return self.said["code"]


@dataclass(frozen=True)
class Visit:
    """A person who was sent to the provider with an authorization request."""

    stand: Stand
    asked: dict[str, str]
    person: Person
    issuer: str

    def shows(self, identity: str) -> bool:
        """Return whether the person sees a page with such an element."""
        return self.stand.shows(identity)

    def sign_in(self) -> "Visit":
        """Sign the person in at the form that is shown."""
        assert self.shows("login-page"), self.stand.seen
        return self._at(
            self.stand.press("login-submit", username=self.person.email, password=self.person.password)
        )

    def allow(self) -> "Visit":
        """Agree to what the page asks."""
        assert self.shows("consent-page"), self.stand.seen
        return self._at(self.stand.press("consent-allow"))

    def complete(self) -> Answer:
        """Do all that is asked for, and return the answer to the relying party."""
        visit = self.sign_in() if self.shows("login-page") else self
        return (visit.allow() if visit.shows("consent-page") else visit).answer

    @property
    def answer(self) -> Answer:
        """The answer with a code, which came without asking the person for anything more."""
        answer = self._response()
        assert answer.keys() == {"code", "iss"} | (self.asked.keys() & {"state"})
        assert is_random(answer["code"])
        return Answer(answer, self.asked)

    def refused(self, error: str) -> None:
        """Check that the relying party was told of an error, and that the person saw nothing."""
        answer = self._response()
        assert answer["error"] == error
        assert is_error(answer)

    def ends_at_an_error_page(self) -> bool:
        """Return whether the provider keeps the person, because nobody can be trusted with the answer."""
        page = self.stand.page
        return page.status == 400 and self.shows("error-page") and "Authorization error" in page.text

    def _response(self) -> dict[str, str]:
        """Return what the relying party got, in the mode that it asked for."""
        in_form = self.asked.get("response_mode") == "form_post"
        pairs = self._posted() if in_form else self._redirected()
        answer = dict(pairs)
        assert len(answer) == len(pairs)
        assert answer.get("state") == self.asked.get("state")
        # RFC 9207 section 2: in every answer, errors included.
        assert answer["iss"] == self.issuer
        return answer

    def _redirected(self) -> Pairs:
        address = urlsplit(self.stand.left_to)
        assert address._replace(query="").geturl() == self.asked["redirect_uri"], self.stand.seen
        return parse_qsl(address.query, keep_blank_values=True, strict_parsing=True)

    def _posted(self) -> Pairs:
        page = self.stand.page
        assert page.status == 200, self.stand.seen
        (form,) = [form for form in forms_in(page) if form.identity == "form-post"]
        assert (form.action, form.method) == (self.asked["redirect_uri"], "post")
        assert "form-post-submit" in form.buttons
        assert "no-store" in page.headers["Cache-Control"]
        assert "*" in form_action_of(page)
        return form.hidden

    def _at(self, stand: Stand) -> "Visit":
        return Visit(stand, self.asked, self.person, self.issuer)
