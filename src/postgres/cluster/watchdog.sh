# Removes a throwaway folder, and stops the server in it, when the owner's end of the pipe on standard input closes:
# the owner has then ended, in whatever way. Signals meant for the owner's terminal do not concern it.
folder=$1
trap '' HUP INT TERM
server=
while read -r word value; do
    case $word in
        server) server=$value ;;
        keep) exit 0 ;;
    esac
done
if [ -n "$server" ]; then
    kill -s QUIT "$server"
    tries=0
    while kill -s 0 "$server" && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    kill -s KILL "$server"
fi 2>/dev/null
rm -rf -- "$folder"
