//! How to get listed, and the API for developers.

use super::phrases;

phrases! {
    KEEP = "Keep your events where they are, on your own site. We read them from there.", "Cadwch eich digwyddiadau lle maen nhw, ar eich gwefan eich hun. Rydym yn eu darllen oddi yno.";
    NEED = "What we need", "Yr hyn sydd ei angen arnom";
    NEED_ONE = "The address of one of these, public and without a login:", "Cyfeiriad un o’r rhain, yn gyhoeddus a heb fewngofnodi:";
    ICAL = "A calendar (iCalendar, .ics)", "Calendr (iCalendar, .ics)";
    ICAL_WHY = " – best: it carries dates, changes and cancellations exactly. Most event plugins, Google Calendar and Outlook can publish one.", " – y gorau: mae’n cario dyddiadau, newidiadau a chansladau yn union. Gall y rhan fwyaf o ategion digwyddiadau, Google Calendar ac Outlook gyhoeddi un.";
    RSS = "An RSS or Atom feed of events", "Ffrwd RSS neu Atom o ddigwyddiadau";
    RSS_WHY = " – good, if the day, month, year and time of the event stand in the title or the first line.", " – da, os yw diwrnod, mis, blwyddyn ac amser y digwyddiad yn y teitl neu’r llinell gyntaf.";
    SCHEMA = "A page of events with schema.org Event in it", "Tudalen ddigwyddiadau sy’n cynnwys schema.org Event";
    SCHEMA_WHY = " – good; many event systems add that by themselves.", " – da; mae llawer o systemau digwyddiadau’n ychwanegu hynny eu hunain.";
    GOOD = "What makes a good announcement", "Beth sy’n gwneud cyhoeddiad da";
    GOOD_WHO = "Say who may come: everyone, the public sector, councils, or members.", "Dywedwch pwy sy’n cael dod: pawb, y sector cyhoeddus, cynghorau, neu aelodau.";
    GOOD_PLACE = "Say “online”, or give the venue with its postcode.", "Dywedwch “ar-lein”, neu rhowch y lleoliad gyda’i god post.";
    GOOD_END = "Give an end time, the cost and a link for booking.", "Rhowch amser gorffen, y gost a dolen ar gyfer archebu lle.";
    GOOD_CANCEL = "When an event is cancelled, mark it as cancelled and leave it there. When it just vanishes, subscribers are only told “No longer listed”.", "Pan fydd digwyddiad yn cael ei ganslo, nodwch ei fod wedi’i ganslo a’i adael yno. Os bydd yn diflannu, dim ond “{en:No longer listed}” y bydd tanysgrifwyr yn ei weld.";
    GOOD_UID = "Keep the same UID (or link) when you change an event.", "Cadwch yr un UID (neu ddolen) pan fyddwch yn newid digwyddiad.";
    CHANGING = "Changing or removing an event", "Newid neu dynnu digwyddiad";
    CHANGING_1 = "Change it on your own site; it changes here at the next check, as a rule within the hour. Mark an entry as private (CLASS:PRIVATE) and it is never shown here.", "Newidiwch ef ar eich gwefan eich hun; bydd yn newid yma yn y gwiriad nesaf, o fewn yr awr fel arfer. Nodwch fod cofnod yn breifat (CLASS:PRIVATE) ac ni fydd byth i’w weld yma.";
    ALREADY = "Is your feed here already?", "Ydy’ch ffrwd yma’n barod?";
    ALREADY_1 = "Look at its [report card]: it says what we read and what to change.", "Edrychwch ar ei [cherdyn adroddiad]: mae’n dweud yr hyn yr ydym yn ei ddarllen a beth i’w newid.";
    TELL_US = "Tell us the address", "Rhowch y cyfeiriad i ni";

    API_LEAD = "Everything on this site is there for programs too. No key is needed, any site may ask, and nothing can be changed.", "Mae popeth ar y wefan hon ar gael i raglenni hefyd. Nid oes angen allwedd, caiff unrhyw wefan ofyn, ac ni ellir newid dim.";
    API_WHOLE = "The whole description: [OpenAPI 3.1 (JSON)].", "Y disgrifiad llawn: [OpenAPI 3.1 (JSON)].";
    TRY = "Try it", "Rhoi cynnig arni";
    TRY_EVENTS = " – each event or series once", " – pob digwyddiad neu gyfres unwaith";
    TRY_DATES = " – dates, flattened", " – dyddiadau, fesul un";
    TRY_CHANGES = " – a snapshot first, then what changed since your cursor", " – ciplun yn gyntaf, yna’r hyn a newidiodd ers eich cyrchwr";
    IN_A_PAGE = "In a page", "Mewn tudalen";
    FULLCALENDAR = "FullCalendar takes the dates as they are:", "Mae FullCalendar yn cymryd y dyddiadau fel y maen nhw:";
    FILTERS = "Filters", "Hidlwyr";
    FILTERS_1 = "The same for every list, calendar and feed. Repeat a filter or use commas for any of several values; different filters must all hold. An unknown filter or value is refused with a list of what is allowed.",
        "Yr un rhai ar gyfer pob rhestr, calendr a ffrwd. Ailadroddwch hidlydd neu defnyddiwch atalnodau i gael unrhyw un o sawl gwerth; rhaid i hidlwyr gwahanol i gyd fod yn wir. Mae hidlydd neu werth anhysbys yn cael ei wrthod gyda rhestr o’r hyn a ganiateir.";
    ADDRESSES = "Addresses", "Cyfeiriadau";
    MANNERS = "Manners", "Arferion da";
    MANNERS_PAGES = "Lists come in pages: follow {next}, or the Link header.", "Daw rhestrau fesul tudalen: dilynwch {next}, neu’r pennyn Link.";
    MANNERS_ETAG = "Send If-None-Match with the ETag you had: 304 costs next to nothing.", "Anfonwch If-None-Match gyda’r ETag oedd gennych: nid yw 304 yn costio bron dim.";
    MANNERS_ERRORS = "Errors are problem documents (RFC 9457).", "Dogfennau problem (RFC 9457) yw gwallau.";
    MANNERS_LIMIT = "Where there is a limit, 429 says in Retry-After when to come back, and the RateLimit header how much is left.", "Lle mae terfyn, mae 429 yn dweud yn Retry-After pryd i ddod yn ôl, a’r pennyn RateLimit faint sydd ar ôl.";
    MANNERS_TIMES = "Times carry their offset; {zone} names the zone.", "Mae amserau’n cario eu gwrthbwys; mae {zone} yn enwi’r gylchfa.";
    MANNERS_FIELDS = "Fields may be added; those that are there keep their meaning within v1.", "Gellir ychwanegu meysydd; mae’r rhai sydd yno yn cadw eu hystyr o fewn v1.";
}
