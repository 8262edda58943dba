//! The pages about, accessibility and privacy.

use super::phrases;

phrases! {
    CONTACT_LINK = "You can reach the people who run this site here: {contact}.", "Gallwch gysylltu â’r bobl sy’n rhedeg y wefan hon yma: {contact}.";
    NO_CONTACT = "The people who run this site have not said here how to reach them.", "Nid yw’r bobl sy’n rhedeg y wefan hon wedi dweud yma sut i gysylltu â nhw.";

    ABOUT_1 = "{site} gathers the events that councils, and the groups around them, announce on their own sites, and gives them back as one calendar. It is made with Folkmoot; a folkmoot was the meeting of the people of a shire.",
        "Mae {site} yn casglu’r digwyddiadau y mae cynghorau, a’r grwpiau o’u cwmpas, yn eu cyhoeddi ar eu gwefannau eu hunain, ac yn eu rhoi’n ôl fel un calendr. Mae wedi’i wneud gyda Folkmoot; cyfarfod pobl y sir oedd “{en:folkmoot}” yn Saesneg ers talwm.";
    HOW = "How an event gets here", "Sut mae digwyddiad yn cyrraedd yma";
    HOW_1 = "Organisers keep their events on their own sites. We read their calendars and feeds every hour or so, work out what each item is, and list what is for people who work in councils. When an organiser changes an event, the change travels here and into every calendar that subscribes. Nothing is typed in twice.",
        "Mae trefnwyr yn cadw eu digwyddiadau ar eu gwefannau eu hunain. Rydym yn darllen eu calendrau a’u ffrydiau bob rhyw awr, yn gweithio allan beth yw pob eitem, ac yn rhestru’r hyn sydd i bobl sy’n gweithio mewn cynghorau. Pan fydd trefnydd yn newid digwyddiad, bydd y newid yn cyrraedd yma a phob calendr sy’n tanysgrifio. Nid oes dim yn cael ei deipio ddwywaith.";
    HOW_2 = "Each event says where it came from and why it is listed. When a feed breaks, its last good state stays, and its [report card] says what is wrong.",
        "Mae pob digwyddiad yn dweud o ble y daeth a pham y mae wedi’i restru. Pan fydd ffrwd yn torri, mae ei chyflwr da diwethaf yn aros, ac mae ei [cherdyn adroddiad] yn dweud beth sydd o’i le.";
    FIRST = "Taking part comes first", "Cymryd rhan sy’n dod gyntaf";
    FIRST_1 = "Days on which people work something out together, such as discovery days, makers sessions and unconferences (an unconference is an event whose agenda is set on the day by those who come), are what this network believes in.",
        "Dyddiau pan fydd pobl yn datrys rhywbeth gyda’i gilydd yw’r hyn y mae’r rhwydwaith hwn yn credu ynddo: diwrnodau darganfod, sesiynau gwneuthurwyr ac anghynadleddau (anghynhadledd yw digwyddiad lle mae’r rhai sy’n dod yn gosod yr agenda ar y diwrnod).";
    CONTACT = "Contact", "Cysylltu";
    CREDITS = "Credits", "Cydnabyddiaethau";
    CREDIT_NAMES = "Council names and codes: mySociety, “UK local authority names and codes”, licensed CC BY 4.0.", "Enwau a chodau cynghorau: mySociety, “{en:UK local authority names and codes}”, o dan drwydded CC BY 4.0.";
    CREDIT_SITES = "Website addresses of councils: Local Links Manager, Government Digital Service.", "Cyfeiriadau gwefannau cynghorau: Local Links Manager, Government Digital Service.";
    CREDIT_LIST = "Local Government Services List: LG Inform Plus, Local Government Association, under the Open Government Licence v3.0.", "Rhestr Gwasanaethau Llywodraeth Leol: LG Inform Plus, Local Government Association, o dan y Drwydded Llywodraeth Agored f3.0.";
    CREDIT_EVENTS = "Each event belongs to its organiser; its page names the source and, where stated, the licence.", "Y trefnydd sy’n berchen ar bob digwyddiad; mae ei dudalen yn enwi’r ffynhonnell a, lle mae wedi’i nodi, y drwydded.";

    WANT = "We want as many people as possible to be able to use {site}. You should be able to:", "Rydym am i gynifer o bobl â phosibl allu defnyddio {site}. Dylech allu:";
    ZOOM = "zoom in up to 400% without losing anything off the screen", "chwyddo hyd at 400% heb golli dim oddi ar y sgrin";
    KEYBOARD = "use every page with a keyboard alone", "defnyddio pob tudalen â bysellfwrdd yn unig";
    READER = "use every page with a screen reader", "defnyddio pob tudalen â darllenydd sgrin";
    NO_SCRIPT = "use every page without script, in light or dark, and in print", "defnyddio pob tudalen heb sgript, yn olau neu’n dywyll, ac mewn print";
    HOW_FAR = "How accessible this site is", "Pa mor hygyrch yw’r wefan hon";
    STANDARD = "It is built to the Web Content Accessibility Guidelines (WCAG) version 2.2, level AA. What we know does not meet it, or is not tested:", "Mae wedi’i hadeiladu yn unol â’r Canllawiau Hygyrchedd Cynnwys Gwe (WCAG) fersiwn 2.2, lefel AA. Yr hyn y gwyddom nad yw’n eu bodloni, neu sydd heb ei brofi:";
    NO_PEOPLE = "No test with people who use assistive technology has taken place yet.", "Nid oes prawf gyda phobl sy’n defnyddio technoleg gynorthwyol wedi’i gynnal eto.";
    NO_REVIEW = "The Welsh of this site has not yet been reviewed by a Welsh speaker.", "Nid yw siaradwr Cymraeg wedi adolygu Cymraeg y wefan hon eto.";
    PARTLY_ENGLISH = "Reasons for listing an event and details of report cards are written by the program in English only; on Welsh pages they are marked as English.",
        "Mae’r rhesymau dros restru digwyddiad a manylion cardiau adroddiad yn cael eu hysgrifennu gan y rhaglen yn Saesneg yn unig; ar dudalennau Cymraeg maen nhw wedi’u nodi fel Saesneg.";
    STRANGERS = "Titles and descriptions come from other sites: abbreviations, capitals and unclear links in them are theirs.", "Daw teitlau a disgrifiadau o wefannau eraill: nhw piau unrhyw dalfyriadau, priflythrennau a dolenni aneglur ynddyn nhw.";
    TESTED = "How it was tested", "Sut y cafodd ei phrofi";
    TESTED_ON = "Last on {day}, by the makers of Folkmoot, with {tools}.", "Ddiwethaf ar {day}, gan wneuthurwyr Folkmoot, gyda {tools}.";
    TOOLS = "axe-core in Chromium at 1280, 375 and 320 pixels wide, with the keyboard alone, and without script", "axe-core yn Chromium ar led o 1280, 375 a 320 picsel, â bysellfwrdd yn unig, a heb sgript";
    TELL_US = "Tell us about a problem", "Dweud wrthym am broblem";
    ADVICE = "The Equality Advisory and Support Service can advise you; in Northern Ireland, the Equality Commission.", "Gall y Gwasanaeth Cynghori a Chefnogi Cydraddoldeb (EASS) roi cyngor i chi; yng Ngogledd Iwerddon, y Comisiwn Cydraddoldeb.";
    UNHAPPY = "If you are not happy with the answer, the Equality Advisory and Support Service can advise you; in Northern Ireland, the Equality Commission.", "Os nad ydych yn fodlon ar yr ateb, gall y Gwasanaeth Cynghori a Chefnogi Cydraddoldeb (EASS) roi cyngor i chi; yng Ngogledd Iwerddon, y Comisiwn Cydraddoldeb.";

    NO_COOKIES = "This site sets no cookies, counts no visitors, and asks for no names.", "Nid yw’r wefan hon yn gosod cwcis, nid yw’n cyfrif ymwelwyr, ac nid yw’n gofyn am enwau.";
    WHEN_USED = "When you use the site or subscribe", "Pan fyddwch yn defnyddio’r wefan neu’n tanysgrifio";
    WHEN_USED_1 = "Your browser or calendar program asks our server for pages and calendars. To answer, the server sees its internet address for a moment. We do not know who subscribes to what. A postcode that you type in is cut to its first half before it becomes part of any address.",
        "Mae eich porwr neu’ch rhaglen galendr yn gofyn i’n gweinydd am dudalennau a chalendrau. I ateb, mae’r gweinydd yn gweld ei chyfeiriad rhyngrwyd am eiliad. Nid ydym yn gwybod pwy sy’n tanysgrifio i beth. Mae cod post yr ydych yn ei deipio yn cael ei dorri i’w hanner cyntaf cyn dod yn rhan o unrhyw gyfeiriad.";
    MAY_SAY = "What events may say", "Yr hyn y caiff digwyddiadau ei ddweud";
    MAY_SAY_1 = "We publish what organisers have announced on their own sites. Names of attendees, personal e-mail addresses, telephone numbers, meeting links and passcodes are taken out of every text. Private entries of a calendar are never shown.",
        "Rydym yn cyhoeddi’r hyn y mae trefnwyr wedi’i gyhoeddi ar eu gwefannau eu hunain. Mae enwau’r rhai sy’n mynychu, cyfeiriadau e-bost personol, rhifau ffôn, dolenni cyfarfodydd a chodau mynediad yn cael eu tynnu o bob testun. Nid yw cofnodion preifat mewn calendr byth yn cael eu dangos.";
    REMOVED = "Having something removed", "Cael tynnu rhywbeth";
    REMOVED_1 = "An organiser can change or remove an event on their own site: the change travels here. If something about you stands here that should not, tell us and it will be removed from every output.",
        "Gall trefnydd newid neu dynnu digwyddiad ar ei wefan ei hun: bydd y newid yn cyrraedd yma. Os oes rhywbeth amdanoch chi yma na ddylai fod, rhowch wybod i ni a bydd yn cael ei dynnu o bob man.";
}
