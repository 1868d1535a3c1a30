namespace Mesh.AppHost.Local.Processes;

/// <summary>
/// A shell around a program that does not watch its standard input. It ends the program when the pipe from the app host reaches
/// end of file, which happens however the app host ends; it passes SIGTERM on, and on SIGUSR1 it kills.
/// </summary>
internal static class Watchdog
{
    /// <summary>
    /// The arguments for /bin/sh. A program in the background gets a session of its own, so that its children end with it;
    /// one in the foreground stays in the terminal's, and only it is ended.
    /// </summary>
    public static IReadOnlyList<string> Around(string program, IEnumerable<string> arguments, bool foreground) =>
        ["-c", foreground ? Script("", "$child") : Script("setsid ", "-$child"), "sh", program, .. arguments];

    // "wait" also returns when a trap has run: only then is the child still there.
    private static string Script(string session, string target) => $$"""
        exec 3<&0 </dev/null
        {{session}}"$@" 3<&- &
        child=$!
        exec 2>/dev/null
        end() { kill -s $1 -- {{target}} || kill -s $1 $child; }
        (
            trap '' TERM INT HUP USR1
            while read -r line; do :; done <&3
            end TERM
            for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 $child || exit; sleep 0.2; done
            end KILL
        ) >/dev/null &
        watcher=$!
        exec 3<&-
        trap '' INT HUP
        trap 'end TERM' TERM
        trap 'end KILL' USR1
        while :; do
            wait $child
            code=$?
            kill -0 $child && continue
            kill -s KILL $watcher
            end TERM
            exit $code
        done
        """;
}
