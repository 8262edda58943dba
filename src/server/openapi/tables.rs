//! What the API takes and gives, as tables: the document and the documentation page are made from them.

/// A filter: its name, an example, what it means.
pub(super) const FILTERS: [(&str, &str, &str); 19] = [
    ("service", "waste", "Area of council work; ids at /api/v1/services."),
    ("general", "yes", "`yes` adds events that are for every service."),
    (
        "kind",
        "makers",
        "Kind of event, or a group of kinds such as take-part; ids at /api/v1/kinds.",
    ),
    ("series", "lgmakers", "A named series of events."),
    ("group", "", "The group that runs it; ids at /api/v1/members."),
    ("feed", "", "The feed that it came from; ids at /api/v1/feeds."),
    ("status", "confirmed", "confirmed, tentative, cancelled or postponed."),
    (
        "council",
        "WBK",
        "The council that runs it, by three-letter code; codes at /api/v1/councils.",
    ),
    ("region", "south-west", "Region where one can go, by the venue or else by the organiser."),
    ("nation", "wales", "Nation where one can go."),
    ("near", "RG14", "A council’s code, the first half of a postcode, or latitude,longitude."),
    ("within", "50", "How far from `near`, in km."),
    ("or_online", "yes", "`yes` adds online and hybrid events, wherever they are run."),
    ("attendance", "online", "in_person, online or hybrid."),
    ("open_to", "councils", "Who may come; events that do not say count as open."),
    ("q", "missed bins", "Words in title, description, place and organiser: all of them."),
    ("from", "2026-12-01", "A date or an instant, inclusive; from now on if not given."),
    ("to", "2027-01-01", "A date or an instant, exclusive."),
    (
        "listed",
        "yes",
        "`no` or `any` shows what was judged not to be for this network; never private or held items.",
    ),
];

/// How a list is asked for.
pub(super) const LISTING: [(&str, &str, &str); 4] = [
    ("limit", "50", "How many, 1 to 200; 50 if not given."),
    ("cursor", "", "Where to go on: taken from `next`."),
    ("sort", "start", "start, -start, title, updated, -updated, created or -created."),
    ("fields", "id,title,start", "Only these fields of each event."),
];

/// What an address takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// All filters, and how the list is wanted.
    Filters,
    /// The filters alone.
    Plain,
    /// An id in its path.
    Id,
    /// `since` and `limit`.
    Since,
    /// An event, or what is known of a plan.
    Plan,
}

/// Address, name of the operation, what it takes, media type, what it gives.
pub(super) const ADDRESSES: [(&str, &str, Takes, &str, &str); 24] = [
    (
        "/api/v1/events",
        "listEvents",
        Takes::Filters,
        "application/json",
        "Each event or series once, with its next date.",
    ),
    (
        "/api/v1/events/{id}",
        "getEvent",
        Takes::Id,
        "application/json",
        "One event. 301 when it was merged into another, 410 when it is gone.",
    ),
    (
        "/api/v1/occurrences",
        "listOccurrences",
        Takes::Filters,
        "application/json",
        "Dates, flattened. With `start` and `end` (FullCalendar) a bare array.",
    ),
    (
        "/api/v1/changes",
        "listChanges",
        Takes::Since,
        "application/json",
        "What changed since a cursor; without one a snapshot first. 410 for a cursor that is too old or not ours.",
    ),
    (
        "/api/v1/clashes",
        "findClashes",
        Takes::Plan,
        "application/json",
        "What else is on for the same service within a week of an event or of a plan, and which other councils near by \
         did the same in the year before; 100 of each at most. Give `event`, or `date` (today if not given) and `service` (all \
         of them if not given).",
    ),
    (
        "/api/v1/feeds",
        "listFeeds",
        Takes::Nothing,
        "application/json",
        "The feeds and their health.",
    ),
    (
        "/api/v1/members",
        "listMembers",
        Takes::Nothing,
        "application/json",
        "Groups, and the councils that have a feed.",
    ),
    (
        "/api/v1/councils",
        "listCouncils",
        Takes::Nothing,
        "application/json",
        "All councils of the United Kingdom.",
    ),
    (
        "/api/v1/services",
        "listServices",
        Takes::Nothing,
        "application/json",
        "Areas of council work, with LGSL ids.",
    ),
    ("/api/v1/kinds", "listKinds", Takes::Nothing, "application/json", "Kinds of event."),
    ("/api/v1/stats", "getStats", Takes::Nothing, "application/json", "Numbers of the whole."),
    (
        "/calendar.ics",
        "getCalendar",
        Takes::Plain,
        "text/calendar",
        "The calendar to subscribe to.",
    ),
    (
        "/services/{id}/calendar.ics",
        "getServiceCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one service; filters on top.",
    ),
    (
        "/kinds/{id}/calendar.ics",
        "getKindCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one kind.",
    ),
    (
        "/councils/{id}/calendar.ics",
        "getCouncilCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one council.",
    ),
    (
        "/regions/{id}/calendar.ics",
        "getRegionCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one region.",
    ),
    (
        "/groups/{id}/calendar.ics",
        "getGroupCalendar",
        Takes::Id,
        "text/calendar",
        "The same for one group.",
    ),
    (
        "/events/{id}.ics",
        "getEventCalendar",
        Takes::Id,
        "text/calendar",
        "One event as a file to add.",
    ),
    (
        "/include",
        "getFragment",
        Takes::Plain,
        "text/html",
        "The coming dates as a piece of HTML for another site’s page.",
    ),
    (
        "/embed",
        "getFrame",
        Takes::Plain,
        "text/html",
        "The coming dates as a small page for a frame (iframe) of another site.",
    ),
    ("/events.csv", "getSpreadsheet", Takes::Plain, "text/csv", "The list as a spreadsheet."),
    ("/feed.atom", "getAtom", Takes::Plain, "application/atom+xml", "Newly announced events."),
    (
        "/feed.json",
        "getJsonFeed",
        Takes::Plain,
        "application/feed+json",
        "Newly announced events (JSON Feed 1.1).",
    ),
    (
        "/feeds.opml",
        "getFeedList",
        Takes::Nothing,
        "text/x-opml",
        "The feeds whose addresses are public (OPML 2.0).",
    ),
];

/// Fields of an event: name, JSON Schema type, what it is.
pub(super) const FIELDS: [(&str, &str, &str); 36] = [
    ("id", "string", "Lasting id."),
    ("uid", "string", "Lasting iCalendar UID."),
    ("title", "string", "Without state words and dates."),
    ("language", "string?", "BCP 47 tag."),
    (
        "description",
        "string?",
        "Plain text, cut near 500 characters unless the licence allows all.",
    ),
    ("url", "string?", "The organiser’s own page."),
    ("page", "string", "Our page."),
    ("start", "string?", "First instance: RFC 3339 with offset, or a date."),
    ("end", "string?", "All-day: exclusive."),
    ("all_day", "boolean", "Whole days."),
    ("last_day", "string?", "All-day: the last day, inclusive."),
    ("time_zone", "string", "IANA name of the zone in which times are shown."),
    ("status", "string", "confirmed, tentative, cancelled or postponed."),
    ("withdrawn", "string?", "When it left its feeds."),
    ("full", "boolean?", "Fully booked; null when nothing is said."),
    ("cost", "string?", "In words."),
    ("booking_url", "string?", "Where to book."),
    ("booking_by", "string?", "Last day for booking."),
    ("audience", "object?", "Who may come: open_to and the words that say so."),
    ("attendance", "string", "in_person, online, hybrid or unknown."),
    ("join_url", "string?", "Link to join online, where the feed allows it."),
    ("place", "object?", "name, address, postcode, latitude, longitude."),
    (
        "access",
        "array",
        "step_free, bsl, captions, hearing_loop, quiet_space; absent means not stated.",
    ),
    ("organiser", "object", "council (three-letter code), group, name."),
    ("kind", "string", "Kind id."),
    ("series", "string?", "Named series."),
    ("services", "array", "Service ids, main one first; empty means for every service."),
    ("recurrence", "object?", "rrule, rdate, exdate and overrides."),
    ("next", "object?", "start and end of the next date."),
    ("listed", "boolean", "Whether it is for this network."),
    ("reason", "string", "Why, in one sentence."),
    ("evidence", "object", "The words that led to date, kind, services, listing and merging."),
    ("sources", "array", "Feeds that carry it."),
    ("created", "string", "First seen here."),
    ("updated", "string", "Last change."),
    ("sequence", "integer", "Raised at each change of time, place or status."),
];
