//! Keeps people's data out of what is republished: addresses, numbers, meeting links, codes, private items.

use std::{borrow::Cow, ops::Range, sync::LazyLock};

use regex::{Captures, Regex};

use super::text::quick_pattern;
use crate::{
    event::{Draft, Facts, Place, Reason},
    read::Entry,
};

const EMAIL: &str = "[e-mail address removed]";
const PHONE: &str = "[phone number removed]";
const LINK: &str = "[meeting link removed]";
const CODE: &str = "[meeting details removed]";

/// Hosts where a link lets the reader into a meeting (a registration page there does not).
const MEETING_HOSTS: &str = r"teams\.microsoft\.(?:com|us)|teams\.live\.com|teams\.cloud\.microsoft|zoom\.(?:us|com)|zoomgov\.com|meet\.google\.com|hangouts\.google\.com|webex\.com|gotomeeting\.com|gotomeet\.me|gotowebinar\.com|goto\.com|bluejeans\.com|whereby\.com|appear\.in|meet\.jit\.si|jitsi\.org|8x8\.vc|chime\.aws|lync\.com|join\.skype\.com|meet\.skype\.com|ringcentral\.com|starleaf\.com|lifesizecloud\.com|pexip\.me|around\.co|gather\.town|discord\.gg|dialpad\.com|freeconferencecall\.com|adobeconnect\.com|workplace\.vc";

/// A link into a meeting, with or without its scheme, and Microsoft's short link.
static MEETING_LINK: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(&format!(
        r#"(?i)(?:(?:https?|msteams|zoommtg|zoomus|webcal)://)?(?:[a-z0-9-]+\.)*(?:{MEETING_HOSTS})(?::\d+)?(?:/[^\s<>"'\])]*|\b)|https?://aka\.ms/JoinTeams\w*|(?:msteams|zoommtg|zoomus|skype|callto|sip|tel):\+?[^\s<>"'\])]+"#
    ))
});

/// Pages of meeting hosts where one books a place or reads about the product.
static PUBLIC_PAGE: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(r"(?i)/(?:[a-z]+/)?(?:register|registration|rec/play|download)\b")
});

/// Links that Outlook wraps carry the address of the person who received them.
static WRAPPED: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(r#"(?i)https?://[a-z0-9.-]*safelinks\.protection\.outlook\.com/[^\s<>"']*"#)
});

static EMAIL_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)(?:mailto:)?[\p{L}\p{N}._%+'’&-]{1,64}\s?(?:@|＠|\s?[\[({]\s?at\s?[\])}]\s?)\s?[\p{L}\p{N}-]{1,63}(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[\p{L}\p{N}-]{1,63})+",
    )
});

/// The pattern for addresses is a large one, and slow; this one tells whether there can be any.
static AT_SIGN: LazyLock<Regex> =
    LazyLock::new(|| quick_pattern(r"(?i)[@＠]|[\[({]\s?at\s?[\])}]"));

fn without_emails<'t>(text: &'t str, with: &str) -> Cow<'t, str> {
    if AT_SIGN.is_match(text) { EMAIL_ADDRESS.replace_all(text, with) } else { Cow::Borrowed(text) }
}

/// Social names and addresses without a host end: `mailto:` says enough.
static MAILTO: LazyLock<Regex> = LazyLock::new(|| quick_pattern(r#"(?i)mailto:[^\s<>"')\]]*"#));

/// `Meeting ID: 123 456 789`, `Conference ID 12345#`, `Access code: 123-456-789`.
static MEETING_ID: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b(?:meeting|webinar|conference|conf|access|event|participant|attendee|host|guest|room|session|video|vtc|tenant)\s*(?:id|code|number|key|no\.?|pin)\b\s*(?:is\b|[:#=–-])?\s*(?:#\s*)?[a-z]{0,3}-?\d[\d –-]{2,}\d#?",
    )
});

/// Words before a secret that stands after a colon: whatever follows is it.
static PASSCODE: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b(?:pass\s?codes?|pass\s?words?|pass\s?phrase|pwd|pin(?:\s?(?:code|number|no\.?))?|(?:security|entry|access|joining|room|door|guest)\s?(?:code|key)|wi-?fi\s?(?:key|code)|cyfrinair|cod\s?pas|cod\s?mynediad)\s*(?:\([^)\n]{0,20}\)\s*)?(?:[:=]\s*\S+|(?:is|yw|[-–#])?\s*[^\s.,;]*\d[^\s,;]*)",
    )
});

/// Query parameters of any link that let in.
static PASS_PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)[?&](?:pwd|pass|password|passcode|pin|token|tk|access_token|auth|signature)=[^\s&#<>]*",
    )
});

/// `+44 (0)20 7946 0000,,123456#`, `0033 1 …`: a number with its country, and the keys to press after it.
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?:\+|\b00)\s?[1-9]\d{0,2}(?:[\s().–-]{0,3}\d){6,13}(?:(?:,+|;|p|w)\s?\d+#?)*#?",
    )
});

/// A British number: candidates, judged by [`british_length`].
static BRITISH: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?:\(\s?0\d{2,5}\s?\)|\b0[1-35-9]\d{1,9})(?:[\s.–-]{0,2}\d{2,7}){0,4}(?:,+\d+#?)*",
    )
});

/// American forms.
static AMERICAN: LazyLock<Regex> =
    LazyLock::new(|| quick_pattern(r"(?:\b1[ .-])?(?:\(\d{3}\)\s?|\b\d{3}[.-])\d{3}[.-]\d{4}\b"));

/// A local or internal number is known by the word before it.
static LABELLED_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b(?:(?:tele)?phone|tel|ffôn|ffoniwch|mobile|mob|fax|ext(?:n|ension)?|dial(?:-?in)?|call|ring|text|sms|whatsapp)\b\.?\s*(?:us\s*)?(?:on|no\.?|number|ar)?\s*:?\s*\d(?:[\s-]?\d){3,13}\b#?",
    )
});

/// Takes e-mail addresses, phone numbers, meeting ids and passcodes out of a text, and meeting links too unless
/// they may stay.
#[must_use]
pub fn redact(words: &str, keep_links: bool) -> String {
    if !may_hold_data(words) {
        return words.to_owned();
    }
    let mut out = WRAPPED.replace_all(words, |found: &Captures<'_>| unwrapped(found)).into_owned();
    if !keep_links {
        out = MEETING_LINK.replace_all(&out, |found: &Captures<'_>| link(found)).into_owned();
        out = PASS_PARAMETER.replace_all(&out, "").into_owned();
    }
    out = outside_links(&out, |text| {
        let text = MEETING_ID.replace_all(text, CODE);
        let text = PASSCODE.replace_all(&text, |found: &Captures<'_>| passcode(found));
        let text = without_emails(&text, EMAIL);
        let text = MAILTO.replace_all(&text, EMAIL);
        let text = INTERNATIONAL.replace_all(&text, PHONE);
        let text = BRITISH.replace_all(&text, |found: &Captures<'_>| british(found));
        let text = AMERICAN.replace_all(&text, PHONE);
        LABELLED_NUMBER.replace_all(&text, |found: &Captures<'_>| labelled(found)).into_owned()
    });
    if out == words {
        return out;
    }
    tidy(&out)
}

/// Whether there is anything to look for: most texts have none of these characters.
fn may_hold_data(words: &str) -> bool {
    words.bytes().any(|byte| byte == b'@' || byte.is_ascii_digit())
        || words.contains("://")
        || words.contains('＠')
        || words.contains(['[', '(', '{', ':'])
        || MEETING_LINK.is_match(words)
}

/// Numbers in a link's path are page numbers; an address in it is still an address.
fn outside_links(words: &str, redact: impl Fn(&str) -> String) -> String {
    static LINKS: LazyLock<Regex> = LazyLock::new(|| quick_pattern(r"(?i)https?://[^\s<>()\[\]]+"));
    let mut out = String::with_capacity(words.len());
    let mut done = 0;
    for found in LINKS.find_iter(words) {
        out.push_str(&redact(words.get(done..found.start()).unwrap_or_default()));
        out.push_str(&without_emails(found.as_str(), ""));
        done = found.end();
    }
    out.push_str(&redact(words.get(done..).unwrap_or_default()));
    out
}

/// Where the phone numbers of a text stand, links to dial included; numbers inside of other links are none.
#[must_use]
pub fn phone_numbers(words: &str) -> Vec<Range<usize>> {
    static DIAL: LazyLock<Regex> = LazyLock::new(|| quick_pattern(r"(?i)\btel:(\+?[\d() .-]{6,})"));
    static LINKS: LazyLock<Regex> = LazyLock::new(|| quick_pattern(r#"(?i)https?://[^\s<>"']+"#));
    let dialled = DIAL.captures_iter(words).filter_map(|found| Some(found.get(1)?.range()));
    let whole = [&*INTERNATIONAL, &*AMERICAN].into_iter().flat_map(|form| form.find_iter(words));
    let british = BRITISH
        .find_iter(words)
        .filter_map(|found| Some(found.start()..found.start() + british_length(found.as_str())?));
    let labelled = LABELLED_NUMBER.find_iter(words).filter_map(|found| {
        let at = found.as_str().find(|c: char| c.is_ascii_digit())?;
        (found.as_str().get(at..)?.chars().filter(char::is_ascii_digit).count() > 4)
            .then_some(found.start() + at..found.end())
    });
    let links: Vec<Range<usize>> = LINKS.find_iter(words).map(|link| link.range()).collect();
    let in_link = |at: &Range<usize>| links.iter().any(|link| link.contains(&at.start));
    let all = dialled.chain(whole.map(|found| found.range())).chain(british).chain(labelled);
    all.filter(|at| !in_link(at)).collect()
}

/// Where that stands which lets people into meetings: ids, codes, and what follows the host in a link.
#[must_use]
pub fn meeting_secrets(words: &str) -> Vec<Range<usize>> {
    let ids = MEETING_ID.find_iter(words).filter_map(|found| {
        let at = found.as_str().find(|c: char| c.is_ascii_digit())?;
        Some(found.start() + at..found.end())
    });
    let codes = PASSCODE.captures_iter(words).filter_map(|found| {
        let all = found.get(0)?;
        let at = all.as_str().rfind([':', '=', '#', ' '])? + 1;
        (passcode(&found) == CODE).then_some(all.start() + at..all.end())
    });
    let links = MEETING_LINK.find_iter(words).filter_map(|found| {
        let all = found.as_str();
        let host = all.find("://")? + 3;
        let path = host + all.get(host..)?.find('/')? + 1;
        (!PUBLIC_PAGE.is_match(all) && path < all.len())
            .then_some(found.start() + path..found.end())
    });
    ids.chain(codes).chain(links).collect()
}

fn unwrapped(found: &Captures<'_>) -> String {
    let link = found.get(0).map_or("", |all| all.as_str());
    super::text::canonical_url(link, None)
        .filter(|target| !target.contains("safelinks.protection"))
        .unwrap_or_default()
}

fn link(found: &Captures<'_>) -> String {
    let all = found.get(0).map_or("", |all| all.as_str());
    let bare = !all.contains('/') && !all.contains(':');
    if bare || PUBLIC_PAGE.is_match(all) { all.to_owned() } else { LINK.to_owned() }
}

/// `PIN 4 March` and "password 2 days before" are not secrets: a secret without a colon has digits and no ordinary word.
fn passcode(found: &Captures<'_>) -> String {
    let all = found.get(0).map_or("", |all| all.as_str());
    let colon = all.contains([':', '=', '#']) || all.contains(" is ");
    let digits = all.chars().filter(char::is_ascii_digit).count();
    if colon || digits >= 3 { CODE.to_owned() } else { all.to_owned() }
}

fn british(found: &Captures<'_>) -> String {
    let all = found.get(0).map_or("", |all| all.as_str());
    british_length(all)
        .and_then(|length| all.get(length..))
        .map_or_else(|| all.to_owned(), |rest| format!("{PHONE}{rest}"))
}

/// Bytes of the number at the start of a run of digits: the longest that ends between groups with 10 or 11 digits.
fn british_length(run: &str) -> Option<usize> {
    let mut digits = 0;
    let mut best = None;
    for (at, c) in run.char_indices() {
        digits += usize::from(c.is_ascii_digit());
        let end = at + c.len_utf8();
        let ends_group = !run.get(end..)?.starts_with(|next: char| next.is_ascii_digit());
        if c.is_ascii_digit() && ends_group && (10..=11).contains(&digits) {
            best = Some(end);
        }
    }
    let end = best?;
    let keys = run.get(end..)?;
    // Keys to press for a conference belong to the number.
    Some(if keys.starts_with(',') { run.len() } else { end })
}

/// "Call 24 hours" has too few digits for a number.
fn labelled(found: &Captures<'_>) -> String {
    let all = found.get(0).map_or("", |all| all.as_str());
    let year = all.split_whitespace().any(|word| word.len() == 4 && word.starts_with("20"));
    let digits = all.chars().filter(char::is_ascii_digit).count();
    if year && digits <= 4 { all.to_owned() } else { PHONE.to_owned() }
}

/// Lines that mail programs put around a meeting link and that say nothing without it.
static BOILERPLATE: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(concat!(
        r"(?i)^\W*(?:join (?:on your computer|zoom meeting|with google meet|the meeting now|by (?:phone|video|skype)|",
        r"with a video conferencing device|from|microsoft teams meeting|webex meeting|via)\b.*|click here to join.*|",
        r"microsoft teams(?: meeting| need help\?.*)|need help\?.*|download teams.*|join on the web|or call in.*|",
        r"one tap mobile|dial by your location|dial-?in(?: numbers?)?|find (?:a|your) local number.*|reset (?:dial-in )?pin|learn more( about meet.*)?|",
        r"meeting options|for organi[sz]ers:.*|video conference id.*|alternate vtc.*|phone conference.*|privacy and security|",
        r"or dial:?.*|more phone numbers.*|global call-in numbers|join by phone|_{5,}|-?::~.*|\*{5,}|-{5,}|\.{5,}|is inviting you to a scheduled zoom meeting.*|",
        r"tel|telephone|phone|mobile|fax|e-?mail(?: address)?|contact|or|and|meeting id|passcode|password|pin|call|ring|text|united kingdom(?:, london)?)\W*$"
    ))
});

static MARKERS: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"\[(?:e-mail address|phone number|meeting link|meeting details|address) removed\](?:,\s?\d+#?)*",
    )
});

/// A text without the marks of what was taken out.
#[must_use]
pub fn without_markers(words: &str) -> String {
    super::text::clean(&MARKERS.replace_all(words, " "))
}

/// Drops lines of which nothing but markers and their labels is left, and puts the rest in order.
fn tidy(words: &str) -> String {
    let lines = words.split('\n').filter(|line| {
        if !line.contains(" removed]") {
            return line.trim().is_empty() || !BOILERPLATE.is_match(line);
        }
        let left = MARKERS.replace_all(line, " ");
        let left = left.split(['|', ';', '<', '>', '(', ')', ':', ',']);
        left.map(str::trim)
            .any(|part| part.chars().any(char::is_alphanumeric) && !BOILERPLATE.is_match(part))
    });
    super::text::clean(&lines.collect::<Vec<_>>().join("\n"))
}

/// The first link into a meeting, as written.
#[must_use]
pub fn meeting_link(words: &str) -> Option<String> {
    MEETING_LINK
        .find_iter(words)
        .map(|found| found.as_str().trim_end_matches(['.', ',', ';']))
        .find(|found| found.contains("://") && !PUBLIC_PAGE.is_match(found))
        .map(str::to_owned)
}

/// Titles under which a calendar shows that somebody is busy, and no more than that.
const BUSY_TITLES: [&str; 26] = [
    "busy",
    "free",
    "tentative",
    "out of office",
    "out of the office",
    "ooo",
    "oof",
    "away",
    "private",
    "private appointment",
    "private event",
    "private meeting",
    "confidential",
    "unavailable",
    "not available",
    "working elsewhere",
    "annual leave",
    "on leave",
    "a/l",
    "leave",
    "appointment",
    "blocked",
    "do not book",
    "focus time",
    "lunch",
    "no title available",
];

/// The category or hashtag by which a publisher keeps an item out.
const OPT_OUT: &str = "folkmoot-ignore";

/// Why nothing of an item may be shown, in plain words.
#[must_use]
pub fn private_reason(entry: &Entry, title: &str, description: &str) -> Option<String> {
    if let Some(class) = entry.class.as_deref().filter(|c| ["PRIVATE", "CONFIDENTIAL"].contains(c))
    {
        return Some(format!("its organiser marked it as {} (CLASS)", class.to_lowercase()));
    }
    let hashtag = |words: &str| {
        let lower = words.to_lowercase();
        lower.contains("#folkmoot-ignore") || lower.contains("#folkmootignore")
    };
    let tagged = entry
        .categories
        .iter()
        .any(|c| c.trim().trim_start_matches('#').eq_ignore_ascii_case(OPT_OUT));
    if tagged || hashtag(title) || hashtag(description) {
        return Some(format!("its publisher keeps it out ({OPT_OUT})"));
    }
    let category = entry.categories.iter().map(|c| c.trim().to_lowercase());
    if let Some(category) =
        category.into_iter().find(|c| ["private", "confidential", "internal"].contains(&c.as_str()))
    {
        return Some(format!("its category is “{category}”"));
    }
    let bare = title.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    BUSY_TITLES
        .contains(&bare.as_str())
        .then(|| format!("it only says that somebody is “{}”", bare))
}

/// Words that a person's name does not have.
static ORGANISATION: LazyLock<Regex> = LazyLock::new(|| {
    quick_pattern(
        r"(?i)\b(?:council|cyngor|comhairle|borough|county|city|district|parish|authority|authorities|government|gov|govern\w*|department|dept|directorate|service|services|team|teams|group|network|partnership|association|society|institute|institution|university|college|school|academy|trust|nhs|hscp|board|office|officers?|organi[sz]ers?|forum|community|communications|comms|library|libraries|museum|hub|centre|center|agency|commission|committee|union|federation|alliance|foundation|charity|company|limited|ltd|plc|cic|llp|inc|digital|events?|training|learning|programme|project|police|fire|rescue|exchange|practice|press|media|news|webmaster|admin\w*|editor|support|helpdesk|enquiries|calendar|bookings?|secretariat|collective|consult\w*|solutions|systems|housing|local|national|regional|public|camp|makers|of|for|the|and)\b|&|\d",
    )
});

/// Organisations that go by one name.
const KNOWN_BY_ONE_NAME: [&str; 10] = [
    "solace",
    "socitm",
    "inetwork",
    "localgov",
    "unison",
    "shelter",
    "placecube",
    "jadu",
    "trumba",
    "eventbrite",
];

/// The name of an organisation, or nothing where it may be that of a person.
#[must_use]
pub fn organisation(name: &str) -> Option<String> {
    let name = super::text::plain_line(name);
    if redact(&name, false) != name || name.chars().count() > 150 {
        return None;
    }
    if !names_person(&name) {
        return Some(name);
    }
    // "Jo Bloggs, Guildford Borough Council": the part that is an organisation stays.
    name.split([',', '(', ')', '|', '–', ';', '/'])
        .flat_map(|part| part.split(" - "))
        .map(str::trim)
        .find(|part| ORGANISATION.is_match(part) && !names_person(part))
        .map(str::to_owned)
}

/// Whether a name may be a person's; one that cannot be told is taken for a person's.
#[must_use]
pub fn names_person(name: &str) -> bool {
    let titled = [
        "Mr ",
        "Mrs ",
        "Ms ",
        "Miss ",
        "Dr ",
        "Cllr ",
        "Councillor ",
        "Prof ",
        "Professor ",
        "Sir ",
    ];
    if name.is_empty() || titled.iter().any(|title| name.starts_with(title)) {
        return true;
    }
    // "Bloggs, Jo (Waste Services)" is how Exchange writes people.
    let comma = name.split_once(',').is_some_and(|(first, _)| !ORGANISATION.is_match(first));
    if comma {
        return true;
    }
    if ORGANISATION.is_match(name) {
        return false;
    }
    let acronym = |word: &str| {
        word.chars().filter(char::is_ascii_uppercase).count() >= 2
            && !word.contains(['\'', '-', '’'])
            && !word.starts_with("Mc")
            && !word.starts_with("Mac")
    };
    !(name.split_whitespace().any(acronym)
        || KNOWN_BY_ONE_NAME.contains(&name.to_lowercase().as_str()))
}

/// Takes personal data out of every text of a draft; the reference stays, since identity hangs on it.
pub fn scrub(draft: &mut Draft, keep_links: bool) {
    scrub_with(draft, &|words: &str| redact(words, keep_links));
    for url in [&mut draft.facts.url, &mut draft.facts.booking_url] {
        *url = url.take().map(|url| without_data(&url)).filter(|url| meeting_link(url).is_none());
    }
}

/// Puts every text of a draft through a filter; what is empty then is left out.
pub(super) fn scrub_with(draft: &mut Draft, filter: &impl Fn(&str) -> String) {
    for category in &mut draft.categories {
        *category = filter(category);
    }
    draft.categories.retain(|category| !category.is_empty());
    for text in [&mut draft.private, &mut draft.date_doubt].into_iter().flatten() {
        *text = filter(text);
    }
    scrub_facts(&mut draft.facts, filter);
}

fn scrub_facts(facts: &mut Facts, filter: &impl Fn(&str) -> String) {
    facts.title = super::text::one_line(&filter(&facts.title));
    for text in [&mut facts.description, &mut facts.cost, &mut facts.organiser.name] {
        *text = text.take().map(|words| filter(&words)).filter(|words| !words.is_empty());
    }
    if let Some(audience) = &mut facts.audience {
        audience.words = filter(&audience.words);
    }
    scrub_place(&mut facts.place, filter);
    for changed in facts.recurrence.iter_mut().flat_map(|series| &mut series.overrides) {
        for text in [&mut changed.title, &mut changed.description] {
            *text = text.take().map(|words| filter(&words));
        }
        scrub_place(&mut changed.place, filter);
    }
    let evidence = &mut facts.evidence;
    for reason in [
        &mut evidence.date,
        &mut evidence.kind,
        &mut evidence.services,
        &mut evidence.listed,
        &mut evidence.merged,
    ]
    .into_iter()
    .flatten()
    {
        scrub_reason(reason, filter);
    }
}

fn scrub_reason(reason: &mut Reason, filter: &impl Fn(&str) -> String) {
    for text in [&mut reason.text, &mut reason.says] {
        *text = super::text::one_line(&filter(text));
    }
}

fn scrub_place(place: &mut Option<Place>, filter: &impl Fn(&str) -> String) {
    if let Some(known) = place {
        for text in [&mut known.name, &mut known.address] {
            *text = text.take().map(|words| filter(&words)).filter(|words| !words.is_empty());
        }
    }
    *place = place.take().filter(|known| !known.is_empty());
}

/// An address in a link's query is a person's (`?email=jo@…`).
fn without_data(url: &str) -> String {
    let url = PASS_PARAMETER.replace_all(url, "");
    static PERSONAL_PARAMETER: LazyLock<Regex> =
        LazyLock::new(|| quick_pattern(r"(?i)[?&][^=&?#]*=[^&#]*(?:@|%40)[^&#]*"));
    PERSONAL_PARAMETER.replace_all(&url, "").into_owned()
}

/// Empties a draft of which nothing may be shown: reference, start and reason stay.
pub fn seal(draft: &mut Draft, reason: String) {
    let mut facts = Facts::new(String::new(), draft.facts.time_zone);
    facts.span = draft.facts.span;
    facts.status = draft.facts.status;
    draft.facts = facts;
    draft.categories.clear();
    draft.private = Some(reason);
    draft.date_doubt = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(words: &str) -> String {
        redact(words, false)
    }

    #[test]
    fn addresses_and_numbers_go() {
        for (words, secret) in [
            ("Write to jo.bloggs@guildford.gov.uk for a place.", "bloggs"),
            ("Write to jo.bloggs [at] guildford.gov.uk for a place.", "bloggs"),
            ("Ring 01483 505050 for a place.", "505050"),
            ("Ring (01483) 505 050 for a place.", "505 050"),
            ("Ring 020 7946 0000 for a place.", "7946"),
            ("Ring 07700 900123 for a place.", "900123"),
            ("Ring 0113 496 0999 for a place.", "496"),
            ("Ring +44 (0)20 7946 0000 for a place.", "7946"),
            ("Ring +447700900123 for a place.", "900123"),
            ("Ring 0044 20 7946 0000 for a place.", "7946"),
            ("Ring +353 1 496 0123 for a place.", "496"),
            ("Ring (555) 010-9999 for a place.", "9999"),
            ("Ring extension 5050 for a place.", "5050"),
            ("Tel: 505050 for a place.", "505050"),
            ("Book (tel:+441483505050) for a place.", "505050"),
        ] {
            let left = gone(words);
            assert!(!left.contains(secret) && left.contains("for a place"), "{words} → {left}");
            assert_eq!(gone(&left), left, "twice is once");
        }
    }

    #[test]
    fn dates_times_prices_and_pages_stay() {
        for words in [
            "11.02.2027, 10.00-16.00, £45",
            "Thursday 11 February 2027 from 10am to 4pm",
            "01/02/2027 09:30 - 12:30",
            "09.30-12.30 on 01.02.2027",
            "2027-02-11 2027-02-12 10:00:00",
            "Room 2.14, RG14 5LD, Act 1990, Section 106, 2026/27",
            "https://www.a.example/article/40313/01234567890-news?id=01483505050",
            "Pin your ideas to the wall. Pass the word on 4 March.",
            "The meeting number 3 of 12; call 2 of 2027",
            "Event 2027: join us on 4 March 2027",
            "Bookings: 101 people, 999 places",
        ] {
            assert_eq!(gone(words), words);
        }
    }

    #[test]
    fn meeting_details_go() {
        let invitation = "Bring a case.\n________________________________\nMicrosoft Teams Need help?\nJoin the meeting now <https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0?context=%7b%22Tid%22%7d>\nMeeting ID: 312 345 678 901\nPasscode: aB3dE9\nDial in by phone\n+44 20 3855 0000,,123456789# United Kingdom, London\nFind a local number\nPhone conference ID: 123 456 789#\nFor organizers: Meeting options | Reset dial-in PIN\n________________________________";
        let left = gone(&super::super::text::clean(invitation));
        for secret in ["teams.microsoft", "312 345", "aB3dE9", "3855", "123 456", "____"] {
            assert!(!left.contains(secret), "{left}");
        }
        assert!(left.starts_with("Bring a case."), "{left}");
        for (words, secret) in [
            ("Join https://us02web.zoom.us/j/123456789?pwd=abc now", "123456789"),
            ("Join meet.google.com/abc-defg-hij now", "abc-defg"),
            ("Join https://council.webex.com/council/j.php?MTID=m1 now", "MTID"),
            ("Join https://meet.goto.com/123456789 now", "123456789"),
            ("Join https://bluejeans.com/123 now", "/123"),
            (
                "Join https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fteams.microsoft.com%2Fl%2Fx&data=05%7Cjo%40a.gov.uk now",
                "jo%40",
            ),
            ("Webinar ID: 812 3456 7890 now", "812"),
            ("Zoom passcode 482913 now", "482913"),
            ("The password is Spring2027 now", "Spring2027"),
            ("PIN: 4821 now", "4821"),
        ] {
            let left = gone(words);
            assert!(!left.contains(secret), "{words} → {left}");
        }
        assert_eq!(
            gone("Book: https://us02web.zoom.us/webinar/register/WN_x"),
            "Book: https://us02web.zoom.us/webinar/register/WN_x"
        );
        assert!(redact("https://zoom.us/j/1 PIN: 4821", true).starts_with("https://zoom.us/j/1 "));
    }

    #[test]
    fn hostile_texts_end() {
        for part in
            ["a", "0", "0 1", "a.a@", "+1 ", "https://", "zoom.us/", "pin ", "(0", "[at] ", "é"]
        {
            let long = part.repeat(super::super::text::MAX_FIELD / part.len());
            let left = gone(&long);
            assert!(left.len() <= 20 * long.len());
        }
    }

    #[test]
    fn organisations_stay_and_people_do_not() {
        for organisation_name in [
            "Guildford Borough Council",
            "LocalGov Digital community",
            "Western Practice Hub",
            "Network editor",
            "LOTI",
            "Socitm",
            "CIPFA South East",
        ] {
            assert_eq!(organisation(organisation_name).as_deref(), Some(organisation_name));
        }
        for person in [
            "Jo Bloggs",
            "Bloggs, Jo",
            "Dr Jo Bloggs",
            "jo",
            "jo.bloggs@a.gov.uk",
            "Jo McBloggs",
            "",
        ] {
            assert_eq!(organisation(person), None, "{person}");
        }
        assert_eq!(
            organisation("Jo Bloggs, Guildford Borough Council").unwrap(),
            "Guildford Borough Council"
        );
    }

    #[test]
    fn private_items_are_known() {
        let mut entry = Entry::empty();
        assert!(private_reason(&entry, "Busy", "").is_some());
        assert!(private_reason(&entry, "Out of Office", "").is_some());
        assert!(private_reason(&entry, "Busy councils: a workshop", "").is_none());
        assert!(private_reason(&entry, "Away day", "x #Folkmoot-ignore").is_some());
        entry.categories.push("Folkmoot-Ignore".into());
        assert!(private_reason(&entry, "Workshop", "").is_some());
        entry.categories.clear();
        entry.class = Some("CONFIDENTIAL".into());
        assert!(private_reason(&entry, "Workshop", "").is_some());
    }

    #[test]
    fn a_draft_is_scrubbed_everywhere() {
        let secret = "jo@a.gov.uk";
        let mut facts = Facts::new(format!("Forum {secret}"), chrono_tz::Europe::London);
        facts.description = Some(format!("Ask {secret} first"));
        facts.url = Some(format!("https://a.example/e?u={secret}&id=1"));
        facts.place = Some(Place { name: Some(format!("Hall, ask {secret}")), ..Place::default() });
        facts.evidence.date.push(Reason::new(secret, "description", format!("from {secret}")));
        let mut draft = super::super::blank(facts);
        draft.categories.push(secret.into());
        scrub(&mut draft, false);
        assert!(!serde_json::to_string(&draft).unwrap().contains("jo@a"), "{draft:?}");
        seal(&mut draft, "busy".into());
        assert!(
            draft.facts.title.is_empty()
                && draft.facts.description.is_none()
                && draft.private.is_some()
        );
    }
}
