//! What stands on every page, on error pages, and in lists of dates.

use super::phrases;

phrases! {
    SKIP = "Skip to main content", "Neidio i’r prif gynnwys";
    MAIN = "Main", "Prif ddewislen";
    FOOTER = "Footer", "Troedyn";
    LANGUAGE = "Language", "Iaith";
    WHATS_ON = "What’s on", "Beth sydd ymlaen";
    SERVICES = "Services", "Gwasanaethau";
    COUNCILS = "Councils", "Cynghorau";
    SUBSCRIBE = "Subscribe", "Tanysgrifio";
    FEEDS = "Feeds", "Ffrydiau";
    ABOUT = "About", "Amdanom ni";
    PUBLISH = "Get your events listed", "Rhestru eich digwyddiadau";
    SHARE = "Share", "Rhannu";
    API = "API for developers", "API i ddatblygwyr";
    ACCESSIBILITY = "Accessibility", "Hygyrchedd";
    PRIVACY = "Privacy", "Preifatrwydd";
    OWNERS = "Events stay the property of those who announce them. An event is changed on the organiser’s own site, and the change travels here.",
        "Y rhai sy’n cyhoeddi’r digwyddiadau sy’n berchen arnyn nhw. Mae digwyddiad yn cael ei newid ar wefan y trefnydd, ac mae’r newid yn ymddangos yma wedyn.";
    COPY = "Copy", "Copïo";
    COPIED = "Copied", "Wedi’i gopïo";
    PRESS = "Press Ctrl and C to copy", "Pwyswch Ctrl a C i gopïo";

    BEGIN = "[Begin here instead]", "[Dechrau yma yn lle hynny]";
    WAYS_ON = "[See what’s on], [search all events] or [choose a service].",
        "[Gweld beth sydd ymlaen], [chwilio’r holl ddigwyddiadau] neu [ddewis gwasanaeth].";
    ALLOWED = "What can be written there", "Beth gellir ei ysgrifennu yno";
    UNKNOWN_FILTER = "We do not know that filter", "Nid ydym yn adnabod yr hidlydd hwnnw";
    UNKNOWN_VALUE = "That value cannot be used", "Ni ellir defnyddio’r gwerth hwnnw";
    WRONG_PARAMETER = "There is no filter “{parameter}” at this address.", "Nid oes hidlydd “{parameter}” yn y cyfeiriad hwn.";
    WRONG_VALUE = "“{value}” cannot stand for “{parameter}”.", "Ni ellir defnyddio “{value}” ar gyfer “{parameter}”.";
    NOT_FOUND = "Page not found", "Heb ddod o hyd i’r dudalen";
    NOTHING_HERE = "Nothing is at this address.", "Nid oes dim yn y cyfeiriad hwn.";
    ELSEWHERE = "This is somewhere else", "Mae hwn yn rhywle arall";
    GO_TO = "Please go to {address}", "Ewch i {address}";
    NO_LONGER = "No longer here", "Ddim yma mwyach";
    EVENT_GONE = "This event is no longer shown here.", "Nid yw’r digwyddiad hwn yn cael ei ddangos yma mwyach.";
    NO_EVENT = "We know of no such event.", "Nid ydym yn gwybod am y digwyddiad hwnnw.";
    NO_FEED = "We know of no such feed.", "Nid ydym yn gwybod am y ffrwd honno.";
    NO_SERVICE = "We know of no such service. All of them: {address}", "Nid ydym yn gwybod am y gwasanaeth hwnnw. Y rhestr lawn: {address}";
    NO_KIND = "We know of no such kind of event. All of them: {address}", "Nid ydym yn gwybod am y math hwnnw o ddigwyddiad. Y rhestr lawn: {address}";
    NO_COUNCIL = "We know of no such council. All of them: {address}", "Nid ydym yn gwybod am y cyngor hwnnw. Y rhestr lawn: {address}";
    NO_REGION = "We know of no such region. All of them: {address}", "Nid ydym yn gwybod am y rhanbarth hwnnw. Y rhestr lawn: {address}";
    NO_GROUP = "We know of no such group. All of them: {address}", "Nid ydym yn gwybod am y grŵp hwnnw. Y rhestr lawn: {address}";
    NO_CONTACT = "No contact is configured.", "Nid oes cyswllt wedi’i osod.";
    TOO_LONG = "That address is too long", "Mae’r cyfeiriad hwnnw’n rhy hir";
    TOO_LONG_WHY = "The filters in this address are longer than we read.", "Mae’r hidlwyr yn y cyfeiriad hwn yn hirach nag y gallwn eu darllen.";
    READ_ONLY = "This can only be read", "Dim ond ei ddarllen sy’n bosibl";
    READ_ONLY_WHY = "Nothing can be changed here. Allowed: {methods}.", "Ni ellir newid dim yma. Caniateir: {methods}.";
    TOO_MANY = "Too many requests", "Gormod o geisiadau";
    TOO_MANY_WHY = "There were too many requests from your address. Please wait {wait}. Ask less often, or with If-None-Match: an answer that has not changed counts as a tenth.",
        "Daeth gormod o geisiadau o’ch cyfeiriad chi. Arhoswch {wait}. Gofynnwch yn llai aml, neu gydag If-None-Match: mae ateb sydd heb newid yn cyfrif fel degfed ran.";
    BUSY = "Not available for the moment", "Ddim ar gael ar hyn o bryd";
    CROWD = "Many people are asking at once. Please try again in a moment.", "Mae llawer o bobl yn gofyn ar yr un pryd. Rhowch gynnig arall arni mewn munud.";
    SLOW = "That took too long. Please try again later.", "Cymerodd hynny ormod o amser. Rhowch gynnig arall arni yn nes ymlaen.";
    BROKEN = "Something went wrong here", "Aeth rhywbeth o’i le yma";
    BROKEN_WHY = "The fault is ours and has been noted. Please try again later.", "Ni sydd ar fai, ac mae’r nam wedi’i gofnodi. Rhowch gynnig arall arni yn nes ymlaen.";

    YESTERDAY = "Yesterday", "Ddoe";
    THIS_WEEK = "This week", "Yr wythnos hon";
    SOON = "In the next 30 days", "Yn y 30 diwrnod nesaf";
    LATER_IN = "Later in {month}", "Yn nes ymlaen ym mis {month}";
    TODAY = " – today", " – heddiw";
    LATER_EVENTS = "Later events", "Digwyddiadau diweddarach";
    NOT_LISTED = "Not listed", "Heb ei restru";
    TO_BE_ANNOUNCED = "Date to be announced", "Dyddiad i’w gyhoeddi";
    ALL_DAY = "All day", "Drwy’r dydd";
    CANCELLED = "Cancelled", "Wedi’i ganslo";
    POSTPONED = "Postponed", "Wedi’i ohirio";
    GONE = "No longer listed", "Ddim ar y rhestr mwyach";
    PROVISIONAL = "Provisional", "Dros dro";
    FULL = "Fully booked", "Yn llawn";
    ONLINE = "Online", "Ar-lein";
    IN_PERSON = "In person", "Wyneb yn wyneb";
    HYBRID = "In person and online", "Wyneb yn wyneb ac ar-lein";
    AND_ONLINE = "{venue}, and online", "{venue}, ac ar-lein";
    NO_VENUE = "In person, place not given", "Wyneb yn wyneb, heb nodi’r lleoliad";
    NO_PLACE = "Place not given", "Heb nodi’r lleoliad";
    CHECK_WHO = "Check who may come with the organiser", "Holwch y trefnydd pwy sy’n cael dod";
    EVERYONE = "Open to everyone", "Agored i bawb";
    PUBLIC_SECTOR = "Open to the public sector", "Agored i’r sector cyhoeddus";
    FOR_COUNCILS = "Open to councils", "Agored i gynghorau";
    MEMBERS = "For members of the group", "I aelodau’r grŵp";
    INVITED = "By invitation only", "Drwy wahoddiad yn unig";
    STEP_FREE = "Step-free access", "Mynediad heb risiau";
    BSL = "British Sign Language interpretation", "Dehongli Iaith Arwyddion Prydain";
    CAPTIONS = "Live captions", "Capsiynau byw";
    HEARING_LOOP = "Hearing loop", "Dolen glyw";
    QUIET_SPACE = "Quiet space", "Man tawel";
    TAKE_PART = "Take part", "Cymryd rhan";
    MEET_OTHERS = "Meet others", "Cwrdd ag eraill";
    LISTEN = "Listen and learn", "Gwrando a dysgu";
}
