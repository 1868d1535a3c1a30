namespace Mesh.Ingest.Tests.Data;

/// <summary>Gettext catalogues: as text, and what msgfmt 0.21 compiles from it.</summary>
internal static class Catalogue
{
    /// <summary>msgfmt --endianness=little</summary>
    private const string Little = "3hIElQAAAAAFAAAAHAAAAEQAAAAHAAAAbAAAAAAAAACIAAAAEAAAAIkAAAAMAAAAmgAAABYAAACnAAAACQAAAL4AAABTAAAAyAAAABMAAAAcAQAADAAAADABAAAcAAAAPQEAAAcAAABaAQAAAQAAAAUAAAACAAAABAAAAAAAAAADAAAAAAAAAAAlZCBmaWxlACVkIGZpbGVzAEdvb2QgbW9ybmluZwBMaW5lIG9uZQpsaW5lICJ0d28iCUFCAG1lbnUET3BlbgBDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9VVRGLTgKUGx1cmFsLUZvcm1zOiBucGx1cmFscz0yOyBwbHVyYWw9KG4gIT0gMSk7CgAlZCBEYXRlaQAlZCBEYXRlaWVuAEd1dGVuIE1vcmdlbgBaZWlsZSBlaW5zClplaWxlIOKAnnp3ZWnigJxcAMOWZmZuZW4A";

    /// <summary>msgfmt --endianness=big --no-hash</summary>
    private const string Big = "lQQS3gAAAAAAAAAFAAAAHAAAAEQAAAAAAAAAbAAAAAAAAABsAAAAEAAAAG0AAAAMAAAAfgAAABYAAACLAAAACQAAAKIAAABTAAAArAAAABMAAAEAAAAADAAAARQAAAAcAAABIQAAAAcAAAE+ACVkIGZpbGUAJWQgZmlsZXMAR29vZCBtb3JuaW5nAExpbmUgb25lCmxpbmUgInR3byIJQUIAbWVudQRPcGVuAENvbnRlbnQtVHlwZTogdGV4dC9wbGFpbjsgY2hhcnNldD1VVEYtOApQbHVyYWwtRm9ybXM6IG5wbHVyYWxzPTI7IHBsdXJhbD0obiAhPSAxKTsKACVkIERhdGVpACVkIERhdGVpZW4AR3V0ZW4gTW9yZ2VuAFplaWxlIGVpbnMKWmVpbGUg4oCeendlaeKAnFwAw5ZmZm5lbgA=";

    /// <summary>EUC-JP; one entry with a plural, and one form: a language that does not tell them apart.</summary>
    private const string OneForm = "3hIElQAAAAACAAAAHAAAACwAAAAFAAAAPAAAAAAAAABQAAAAEAAAAFEAAABNAAAAYgAAAA4AAACwAAAAAQAAAAIAAAAAAAAAAAAAAAAAAAAAJWQgZmlsZQAlZCBmaWxlcwBDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9RVVDLUpQClBsdXJhbC1Gb3JtczogbnBsdXJhbHM9MTsgcGx1cmFsPTA7CgCl1aWhpaSl6yAlZCC4xAA=";

    public const string Arabic = """
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=UTF-8\n"
        "Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && "
        "n%100<=10 ? 3 : n%100>=11 ? 4 : 5;\n"

        msgid "%d file"
        msgid_plural "%d files"
        msgstr[0] "لا ملفات"
        msgstr[1] "ملف واحد"
        msgstr[2] "ملفان"
        msgstr[3] "%d ملفات"
        msgstr[4] "%d ملفا"
        msgstr[5] "%d ملف"
        """;

    public const string German = """
        # German.
        msgid ""
        msgstr ""
        "Content-Type: text/plain; charset=UTF-8\n"
        "Plural-Forms: nplurals=2; plural=(n != 1);\n"

        #: a.c:1
        msgid "Good morning"
        msgstr "Guten Morgen"

        msgid ""
        "Line one\n"
        "line \"two\"\t\x41\102"
        msgstr ""
        "Zeile eins\n"
        "Zeile „zwei“\\"

        msgctxt "menu"
        msgid "Open"
        msgstr "Öffnen"

        #, c-format
        msgid "%d file"
        msgid_plural "%d files"
        msgstr[0] "%d Datei"
        msgstr[1] "%d Dateien"

        #, fuzzy, c-format
        msgid "Maybe"
        msgstr "Vielleicht"

        msgid "Untranslated"
        msgstr ""

        #~ msgid "Old"
        #~ msgstr "Alt"
        """;

    /// <summary>msgfmt, of <see cref="Arabic"/>.</summary>
    public static byte[] ArabicMo => Convert.FromBase64String(
        "3hIElQAAAAACAAAAHAAAACwAAAAFAAAAPAAAAAAAAABQAAAAEAAAAFEAAACZAAAAYgAAAE4AAAD8AAAAAQAAAAIAAAAAAAAAAAAAAAAAAAAAJWQgZmlsZQAlZCBmaWxlcwBDb250ZW50LVR5cGU6IHRleHQvcGxhaW47IGNoYXJzZXQ9VVRGLTgKUGx1cmFsLUZvcm1zOiBucGx1cmFscz02OyBwbHVyYWw9bj09MCA/IDAgOiBuPT0xID8gMSA6IG49PTIgPyAyIDogbiUxMDA+PTMgJiYgbiUxMDA8PTEwID8gMyA6IG4lMTAwPj0xMSA/IDQgOiA1OwoA2YTYpyDZhdmE2YHYp9iqANmF2YTZgSDZiNin2K3YrwDZhdmE2YHYp9mGACVkINmF2YTZgdin2KoAJWQg2YXZhNmB2KcAJWQg2YXZhNmBAA==");

    public static byte[] GermanMo(bool bigEndian = false) => Convert.FromBase64String(bigEndian ? Big : Little);

    public static byte[] JapaneseMo => Convert.FromBase64String(OneForm);
}
