//! The filter form, and filters in words.

use super::phrases;

phrases! {
    FORM = "Filter events", "Hidlo digwyddiadau";
    OR = " or ", " neu ";
    FEED = "feed {feed}", "ffrwd {feed}";
    WITHIN = "within {km} km of {place}", "o fewn {km} km i {place}";
    NEAR_ALL = "near {place} (all of {regions})", "yn agos at {place} ({regions} i gyd)";
    WITH_WORDS = "with “{words}”", "gyda “{words}”";
    AND_GENERAL = "and events for every service", "a digwyddiadau i bob gwasanaeth";
    AND_ONLINE = "and online", "ac ar-lein";
    CONFIRMED = "Confirmed", "Wedi’i gadarnhau";
    LISTED_OR_NOT = "Listed or not", "Ar y rhestr neu beidio";
    WORDS = "Words", "Geiriau";
    MORE = "More filters", "Rhagor o hidlwyr";
    ATTEND = "How to attend", "Sut i fynychu";
    ANY_WAY = "Any way", "Unrhyw ffordd";
    WHO = "Who may come", "Pwy sy’n cael dod";
    ANYONE = "Anyone", "Unrhyw un";
    NEAR = "Near a postcode", "Yn agos at god post";
    NEAR_HINT = "The first half is enough, such as RG14", "Mae’r hanner cyntaf yn ddigon, fel CF10";
    COUNCIL = "Council", "Cyngor";
    ALL_COUNCILS = "All councils", "Pob cyngor";
    FROM = "From", "O";
    BEFORE = "Before", "Cyn";
    CLEAR = "Clear all filters", "Clirio’r holl hidlwyr";
    ONLINE_TOO = "And online events, wherever they are run", "A digwyddiadau ar-lein, ble bynnag y maen nhw’n cael eu cynnal";
    GENERAL_TOO = "And events for every service", "A digwyddiadau i bob gwasanaeth";
    SERVICE = "Service", "Gwasanaeth";
    ALL_SERVICES = "All services", "Pob gwasanaeth";
    KIND = "Kind of event", "Math o ddigwyddiad";
    ALL_KINDS = "All kinds", "Pob math";
    ALL_OF_THESE = "{group}: all of these", "{group}: pob un o’r rhain";
    PLACE = "Place", "Lle";
    ALL_REGIONS = "Anywhere", "Unrhyw le";
}
