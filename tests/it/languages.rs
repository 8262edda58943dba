//! The interface in English and Welsh: nothing of one left in the other, the same page behind the switch, the right
//! headers, and data that know no language.

use std::{collections::BTreeSet, sync::Arc};

use arc_swap::ArcSwap;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
};
use folkmoot::{
    feed::Network,
    language::Language,
    publish::page::{OwnText, Texts, phrases},
    server::{self, Settings, State},
};
use scraper::{ElementRef, Html, Selector, node::Node};
use tower::ServiceExt as _;

use crate::server::world;

/// A page of every kind.
const PAGES: [&str; 26] = [
    "/",
    "/events",
    "/events?service=waste&or_online=yes&general=yes",
    "/events?q=discvery&region=south-west&attendance=online&open_to=councils",
    "/events?q=nosuchwords",
    "/events?near=RG14&within=10",
    "/events/wasteaaaaaaa",
    "/events/welshaaaaaaa",
    "/events/clinicaaaaaa",
    "/events/leisureaaaaa",
    "/month",
    "/services",
    "/services/waste",
    "/kinds",
    "/kinds/take-part",
    "/councils",
    "/councils/CRF",
    "/regions/south-west",
    "/groups/south-west",
    "/undated",
    "/subscribe?service=waste&region=wales",
    "/share",
    "/embed?service=waste",
    "/feeds",
    "/feeds/west-berkshire-events",
    "/publish",
];
/// Pages of text and errors.
const TEXTS: [(&str, u16); 7] = [
    ("/about", 200),
    ("/accessibility", 200),
    ("/privacy", 200),
    ("/api", 200),
    ("/nothing-here", 404),
    ("/events/goneaaaaaaaa", 410),
    ("/events?service=nonsense&colour=blue", 400),
];

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn network(languages: &[&str]) -> Network {
    Network {
        name: "LocalGov Digital".into(),
        url: Some("https://moot.example".parse().unwrap()),
        languages: languages.iter().map(|&tag| tag.to_owned()).collect(),
        ..Network::default()
    }
}

fn router_with(settings: Settings) -> Router {
    let catalogue = Arc::new(ArcSwap::from_pointee(world::catalogue()));
    server::router(Arc::new(State::new(catalogue, settings).with_clock(world::now)))
}

fn router() -> Router {
    router_with(Settings::new(network(&["en", "cy"])))
}

async fn ask(router: &Router, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().uri(path).header("host", "moot.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(body).unwrap(),
    }
}

/// The words of a page with the language that holds for them: texts, and attributes that people hear or see.
fn words(html: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let page = Html::parse_document(html);
    walk(page.root_element(), "", &mut found);
    found
}

fn walk(element: ElementRef, language: &str, found: &mut Vec<(String, String)>) {
    let name = element.value().name();
    if ["script", "style", "code", "pre"].contains(&name) {
        return;
    }
    let language = element.attr("lang").unwrap_or(language);
    let mut texts: Vec<String> = Vec::new();
    let mut add = |text: &str| texts.push(text.to_owned());
    for attribute in
        ["aria-label", "title", "alt", "placeholder", "label", "data-copy", "data-copied"]
    {
        element.attr(attribute).into_iter().for_each(&mut add);
    }
    if name == "meta" && element.attr("name") == Some("description") {
        element.attr("content").into_iter().for_each(&mut add);
    }
    if let Some(letter) = element.attr("href").filter(|href| href.starts_with("mailto:?")) {
        let letter = letter.trim_start_matches("mailto:?");
        for (_, text) in url::form_urlencoded::parse(letter.as_bytes()) {
            add(&text);
        }
    }
    for text in texts {
        keep(&text, language, found);
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => keep(text, language, found),
            Node::Element(_) => walk(ElementRef::wrap(child).unwrap(), language, found),
            _ => {}
        }
    }
}

fn keep(text: &str, language: &str, found: &mut Vec<(String, String)>) {
    let text = text.trim();
    if !text.is_empty() {
        found.push((language.to_owned(), text.to_owned()));
    }
}

/// The fixed words of a phrase, between its names and links.
fn fixed(phrase: &str) -> Vec<String> {
    let mut parts = phrase.split(['{', '[', ']']);
    let mut found: Vec<String> = parts.next().map(str::to_owned).into_iter().collect();
    found.extend(parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest).to_owned()));
    let letters = |text: &String| text.chars().filter(|c| c.is_alphabetic()).count() > 1;
    found.into_iter().map(|text| text.trim().to_owned()).filter(letters).collect()
}

/// What of the interface's phrases in the one language stands on a page, outside what is marked as that language.
fn left_over(html: &str, of: Language) -> BTreeSet<String> {
    let (mut these, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (_, en, cy) in phrases::all() {
        let (this, other) = if of == Language::English { (en, cy) } else { (cy, en) };
        these.extend(fixed(this));
        others.extend(fixed(other));
    }
    let own: BTreeSet<&String> = these.difference(&others).collect();
    let mut found = BTreeSet::new();
    for (language, text) in words(html) {
        if Language::of_tag(&language) == Some(of) {
            continue;
        }
        let pieces: Vec<&str> =
            text.split([':', ',', '.', '·', '–', '\n']).map(str::trim).collect();
        for phrase in &own {
            let whole = text == ***phrase || pieces.contains(&phrase.as_str());
            if whole || (phrase.len() >= 14 && text.contains(phrase.as_str())) {
                found.insert(format!("{phrase:?} in {text:?}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn no_words_of_the_interface_are_left_in_the_other_language() {
    let router = router();
    for (path, status) in PAGES.iter().map(|path| (*path, 200)).chain(TEXTS) {
        let welsh = ask(&router, &format!("/cy{path}"), &[]).await;
        assert_eq!(welsh.status, status, "{path}");
        assert!(welsh.body.contains("<html lang=\"cy\">"), "{path}");
        assert_eq!(welsh.header("content-language"), "cy", "{path}");
        assert!(!welsh.body.contains("{en:"), "{path}");
        let left = left_over(&welsh.body, Language::English);
        assert!(left.is_empty(), "{path}: {left:#?}");

        let english = ask(&router, path, &[]).await;
        assert_eq!(english.status, status, "{path}");
        assert!(english.body.contains("<html lang=\"en-GB\">"), "{path}");
        let left = left_over(&english.body, Language::Welsh);
        assert!(left.is_empty(), "{path}: {left:#?}");
        // The test can fail: what it looks for is there where it belongs.
        let unmarked = english.body.replace("lang=\"en-GB\"", "");
        assert!(!left_over(&unmarked, Language::English).is_empty(), "{path}");
        let unmarked = welsh.body.replace("lang=\"cy\"", "");
        assert!(!left_over(&unmarked, Language::Welsh).is_empty(), "{path}");
    }
}

/// Links and forms of a page that stay on our site.
fn own_links(html: &str) -> Vec<(String, bool)> {
    let page = Html::parse_document(html);
    let all = Selector::parse("a[href^='/'], form[action^='/']").unwrap();
    page.select(&all)
        .map(|element| {
            let switch = element.attr("hreflang").is_some();
            (element.attr("href").or(element.attr("action")).unwrap().to_owned(), switch)
        })
        .collect()
}

fn is_data(path: &str) -> bool {
    let path = path.split('?').next().unwrap();
    path.starts_with("/api/v1/")
        || [".ics", ".csv", ".atom", ".json", ".opml"].iter().any(|end| path.ends_with(end))
}

#[tokio::test]
async fn links_keep_to_the_language_that_was_chosen_and_data_have_none() {
    let router = router();
    for (path, _) in PAGES.iter().map(|path| (*path, 200)).chain(TEXTS) {
        for prefix in ["/cy", "/en", ""] {
            let page = ask(&router, &format!("{prefix}{path}"), &[]).await;
            let links = own_links(&page.body);
            let frame = path.starts_with("/embed");
            assert_eq!(links.iter().filter(|(_, switch)| *switch).count(), usize::from(!frame));
            for (link, switch) in links {
                let (language, _) = Language::split(&link);
                let expected = match prefix {
                    _ if is_data(&link) => None,
                    "/cy" if !switch => Some(Language::Welsh),
                    "/cy" => Some(Language::English),
                    "/en" if !switch => Some(Language::English),
                    _ if switch => Some(Language::Welsh),
                    _ => None,
                };
                assert_eq!(language, expected, "{link} on {prefix}{path}");
            }
        }
    }
}

fn event_ids(html: &str) -> Vec<String> {
    let ids = own_links(html).into_iter();
    ids.filter_map(|(link, _)| Language::split(&link).1.strip_prefix("/events/").map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn the_switch_leads_to_the_same_page_with_the_same_filters() {
    let router = router();
    for path in [
        "/cy/events?service=waste&or_online=yes&limit=2",
        "/cy/services/waste?attendance=in_person",
        "/cy/month?month=2027-03",
        "/cy/events/wasteaaaaaaa",
        "/events?lang=cy&service=waste",
        "/cy",
        "/cy/",
    ] {
        let welsh = ask(&router, path, &[]).await;
        assert_eq!(welsh.status, 200, "{path}");
        let links = own_links(&welsh.body);
        let (switch, _) = links.iter().find(|(_, switch)| *switch).unwrap();
        let english = ask(&router, switch, &[("accept-language", "cy")]).await;
        assert_eq!(english.status, 200, "{switch}");
        assert!(english.body.contains("<html lang=\"en-GB\">"), "{switch}");
        assert_eq!(event_ids(&english.body), event_ids(&welsh.body), "{path}");
        let back = own_links(&english.body);
        let (back, _) = back.iter().find(|(_, switch)| *switch).unwrap();
        assert_eq!(ask(&router, back, &[]).await.body, welsh.body, "{path} and {back}");
        let mut query: Vec<&str> = path.split(['?', '&']).skip(1).collect();
        query.retain(|pair| *pair != "lang=cy");
        for pair in query {
            assert!(switch.contains(pair), "{switch} has lost {pair}");
        }
    }
    let page = ask(&router, "/cy/events?limit=2", &[]).await;
    let links = own_links(&page.body);
    let next = links.iter().find(|(link, _)| link.contains("cursor=")).unwrap();
    assert!(next.0.starts_with("/cy/events?"), "{}", next.0);
    assert_eq!(ask(&router, &next.0, &[]).await.status, 200);
}

#[tokio::test]
async fn the_browser_chooses_where_the_address_does_not() {
    let router = router();
    let english = ask(&router, "/services", &[("accept-language", "en-GB,en;q=0.9")]).await;
    let welsh = ask(&router, "/services", &[("accept-language", "cy-GB,cy;q=0.9,en;q=0.5")]).await;
    assert!(english.body.contains("<html lang=\"en-GB\">"));
    assert!(welsh.body.contains("<html lang=\"cy\">"));
    assert_ne!(english.header("etag"), welsh.header("etag"));
    for reply in [&english, &welsh] {
        assert!(reply.header("vary").contains("Accept-Language"));
        assert!(reply.headers.get("set-cookie").is_none());
    }
    // Each language has its own validator: that of the other is no answer.
    for (tag, language, status) in [
        (welsh.header("etag"), "cy", 304),
        (welsh.header("etag"), "en", 200),
        (english.header("etag"), "en", 304),
    ] {
        let headers = [("if-none-match", tag), ("accept-language", language)];
        let again = ask(&router, "/services", &headers).await;
        assert_eq!(again.status, status, "{language}");
        assert!(again.header("vary").contains("Accept-Language"));
    }
    for path in ["/en/services", "/services?lang=en", "/cy/services?lang=en"] {
        let chosen = ask(&router, path, &[("accept-language", "cy")]).await;
        assert!(chosen.body.contains("<html lang=\"en-GB\">"), "{path}");
        assert!(!chosen.header("vary").contains("Accept-Language"), "{path}");
    }
    // What becomes part of another site's page does not depend on who reads it.
    for path in ["/embed", "/include"] {
        let piece = ask(&router, path, &[("accept-language", "cy")]).await;
        assert!(piece.body.contains("lang=\"en-GB\""), "{path}");
        assert!(!piece.header("vary").contains("Accept-Language"), "{path}");
        let piece = ask(&router, &format!("/cy{path}"), &[]).await;
        assert!(piece.body.contains("lang=\"cy\""), "{path}");
        assert!(piece.body.contains("https://moot.example/cy/events/wasteaaaaaaa"), "{path}");
    }
}

#[tokio::test]
async fn calendars_and_data_know_no_language() {
    let router = router();
    for path in [
        "/calendar.ics",
        "/services/waste/calendar.ics",
        "/events/wasteaaaaaaa.ics",
        "/feed.atom",
        "/feed.json",
        "/events.csv",
        "/api/v1/events",
        "/api/v1/services",
        "/sitemap.xml",
    ] {
        let plain = ask(&router, path, &[]).await;
        let welsh = ask(&router, path, &[("accept-language", "cy")]).await;
        assert_eq!(plain.body, welsh.body, "{path}");
        assert_eq!(plain.header("etag"), welsh.header("etag"), "{path}");
        assert!(!welsh.header("vary").contains("Accept-Language"), "{path}");
        assert_eq!(welsh.header("content-language"), "", "{path}");
    }
    assert_eq!(ask(&router, "/cy/calendar.ics", &[]).await.status, 404);
    assert_eq!(ask(&router, "/cy/api/v1/events", &[]).await.status, 404);
    assert_eq!(ask(&router, "/api/v1/events?lang=cy", &[]).await.status, 400);
    let moved = ask(&router, "/cy/events/wasteaaaaaaa.ics", &[]).await;
    assert_eq!((moved.status, moved.header("location")), (301, "/events/wasteaaaaaaa.ics"));
}

#[tokio::test]
async fn refusals_and_redirects_stay_in_the_language() {
    let router = router();
    let postcode = ask(&router, "/cy/events?near=RG14+5LD", &[]).await;
    assert_eq!((postcode.status, postcode.header("location")), (302, "/cy/events?near=RG14"));
    let include = ask(&router, "/cy/include?near=RG14+5LD", &[]).await;
    assert_eq!(include.header("location"), "/cy/include?near=RG14");
    let merged = ask(&router, "/cy/events/merged000000", &[]).await;
    assert_eq!((merged.status, merged.header("location")), (301, "/cy/events/wasteaaaaaaa"));
    let merged = ask(&router, "/events/merged000000", &[("accept-language", "cy")]).await;
    assert_eq!(merged.header("location"), "/events/wasteaaaaaaa");
    let missing = ask(&router, "/no-such-page", &[("accept-language", "cy")]).await;
    assert!(missing.body.contains("Heb ddod o hyd i’r dudalen"));
    let wrong = ask(&router, "/cy/events?service=nonsense", &[]).await;
    assert!(wrong.body.contains("Nid yw “nonsense” yn y rhestr. Dewiswch o “Gwasanaeth”."));
    let wrong = ask(&router, "/cy/month?service=nonsense", &[]).await;
    assert!(wrong.body.contains("Ni ellir defnyddio “nonsense” ar gyfer “service”."));
    assert!(wrong.body.contains("<p class=\"quiet\" lang=\"en\">"));
    let language = ask(&router, "/events?lang=fr", &[]).await;
    assert_eq!(language.status, 400);
    assert!(language.body.contains("<code>cy</code>"), "says which languages there are");
}

#[tokio::test]
async fn dates_names_and_counts_are_welsh() {
    let router = router();
    let list = ask(&router, "/cy/events", &[]).await.body;
    for words in [
        ">Dydd Gwener 27 Tachwedd 2026<",
        ">10am i 4pm<",
        "Yn y 30 diwrnod nesaf",
        "dyddiad o hyn ymlaen",
        "Caerdydd",
        "Diwrnod darganfod",
        "Wedi’i ganslo",
        "Yn llawn",
        "Drwy’r dydd, tan ddydd Sadwrn 6 Mawrth",
        "Mawrth 2027",
    ] {
        assert!(list.contains(words), "{words}");
    }
    let counted = ask(&router, "/cy/events?service=housing", &[]).await.body;
    assert!(counted.contains("2 ddyddiad o hyn ymlaen: Tai cyngor"), "the noun softens after 2");
    let event = ask(&router, "/cy/events/wasteaaaaaaa", &[]).await.body;
    for words in [
        "Dydd Gwener 27 Tachwedd 2026, 10am i 4pm",
        "erbyn <time datetime=\"2026-11-25\">dydd Mercher 25 Tachwedd 2026</time>",
        "Agored i gynghorau",
        "(“<span lang=\"en\">for council officers</span>”)",
        "Mynediad heb risiau, Dolen glyw",
        "<h1 lang=\"en\">Waste services discovery day</h1>",
        "hreflang=\"cy\" href=\"https://moot.example/cy/events/wasteaaaaaaa\"",
        "hreflang=\"x-default\" href=\"https://moot.example/events/wasteaaaaaaa\"",
        "rel=\"canonical\" href=\"https://moot.example/cy/events/wasteaaaaaaa\"",
    ] {
        assert!(event.contains(words), "{words}");
    }
    let camp = ask(&router, "/cy/events/campaaaaaaaa", &[]).await.body;
    assert!(camp.contains("Dydd Gwener 5 i ddydd Sadwrn 6 Mawrth 2027"));
    let welsh = ask(&router, "/cy/events/welshaaaaaaa", &[]).await.body;
    assert!(welsh.contains("<h1>Diwrnod darganfod: tai</h1>"), "no mark where the language is one");
    let welsh = ask(&router, "/events/welshaaaaaaa", &[]).await.body;
    assert!(welsh.contains("<h1 lang=\"cy\">Diwrnod darganfod: tai</h1>"));
    let share = ask(&router, "/cy/share", &[]).await.body;
    assert!(share.contains("y pedair wythnos nesaf"));
    assert!(share.contains("https://moot.example/cy/embed"), "code to copy says the language");
    let share = ask(&router, "/share", &[("accept-language", "cy")]).await.body;
    assert!(share.contains("https://moot.example/cy/embed"), "also where the browser chose it");
    let subscribe = ask(&router, "/cy/subscribe?service=waste", &[]).await.body;
    assert!(subscribe.contains("https://moot.example/services/waste/calendar.ics"));
}

#[tokio::test]
async fn a_network_of_one_language_has_no_switch() {
    let router = router_with(Settings::new(network(&["en"])));
    let page = ask(&router, "/services", &[("accept-language", "cy")]).await;
    assert!(page.body.contains("<html lang=\"en-GB\">"));
    assert!(!page.body.contains("hreflang"));
    assert!(!page.header("vary").contains("Accept-Language"));
    assert_eq!(ask(&router, "/cy/services", &[]).await.status, 404);
    assert_eq!(ask(&router, "/services?lang=cy", &[]).await.status, 400);
    let welsh_first = router_with(Settings::new(network(&["cy", "en"])));
    let page = ask(&welsh_first, "/services", &[("accept-language", "fr")]).await;
    assert!(page.body.contains("<html lang=\"cy\">"));
    let piece = ask(&welsh_first, "/include", &[]).await;
    assert!(piece.body.contains("lang=\"cy\""));
}

#[tokio::test]
async fn the_operators_own_texts_have_a_language_too() {
    let own = |usual: &str, cy: Option<&str>| OwnText {
        usual: Some(usual.to_owned()),
        of: cy.map(|text| (Language::Welsh, text.to_owned())).into_iter().collect(),
    };
    let texts = Texts {
        about: own("<p>Our words</p>", Some("<p>Ein geiriau</p>")),
        privacy: own("<p>Our privacy</p>", None),
        ..Texts::default()
    };
    let router = router_with(Settings { texts, ..Settings::new(network(&["en", "cy"])) });
    let about = ask(&router, "/cy/about", &[]).await.body;
    assert!(about.contains("<div class=\"prose\"><p>Ein geiriau</p></div>"));
    let about = ask(&router, "/about", &[]).await.body;
    assert!(about.contains("<div class=\"prose\"><p>Our words</p></div>"));
    let privacy = ask(&router, "/cy/privacy", &[]).await.body;
    assert!(privacy.contains("<div class=\"prose\" lang=\"en\"><p>Our privacy</p></div>"));
}
