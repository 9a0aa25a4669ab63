/* The records of some sessions, out of a log that grows. */
#include "base/fd.h"
#include "base/result.h"
#include "dev/records.h"
#include "scribe/place.h"
#include "scribe/scribe.h"
#include "tests/unit/dev_line.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define ONE "00112233445566aa"
#define TWO "00112233445566bb"

static char folder[] = "/tmp/trollbridge-records-XXXXXX";
static char path[64];
static struct dev_records *records;
static char told[4096]; /* SESSION's last two digits : n, with blanks between them */

static void tell(void *data, const char *session, const struct dev_record *record)
{
    CHECK(data == told && strlen(session) == DEV_SESSION_HEX);
    size_t n = strlen(told);
    (void)snprintf(told + n, sizeof told - n, "%s%s:%llu", n > 0 ? " " : "",
                   session + DEV_SESSION_HEX - 2, (unsigned long long)record->n);
}

static void end(void)
{
    char name[PATH_MAX];
    dev_records_free(records);
    for (unsigned i = 1; i <= TB_INSTANCES_MAX + 1; i++)
        if (tb_place_name(path, i, name))
            (void)unlink(name);
    (void)rmdir(folder);
}

static void begin(void)
{
    CHECK(mkdtemp(folder) && atexit(end) == 0);
    (void)snprintf(path, sizeof path, "%s/log.jsonl", folder);
}

static void follow(void)
{
    CHECK_INT(dev_records_new(path, tell, told, &records), 0);
    CHECK_INT(dev_records_name(records, ONE), TB_OK);
}

/* Into the file of that instance. */
static void put(unsigned instance, const char *text)
{
    char name[PATH_MAX];
    CHECK(tb_place_name(path, instance, name));
    tb_fd fd = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of_string(text)), 0);
}

static void put_line(unsigned instance, uint64_t n, const char *session, const char *event)
{
    put(instance, dev_line_text(&(struct dev_line){n, session, event, "plugin:fs|stat", "", 0}));
    put(instance, "\n");
}

static void call(uint64_t n, const char *session)
{
    put_line(1, n, session, "call");
}

/* What is told of all that was written since this was asked last. */
static const char *heard(void)
{
    told[0] = 0;
    CHECK_INT(dev_records_read(records), 0);
    return told;
}

/* ---- one record ---- */

static void a_record_is_taken_apart(void)
{
    char session[DEV_SESSION_HEX + 1];
    struct dev_record *record;
    const struct dev_line line = {17, ONE, "done", "a \\\"b\\\" \\u001b[2J \\u202e", "why\\\\", 3};
    CHECK_INT(dev_record_read(tb_bytes_of_string(dev_line_text(&line)), session, &record), TB_OK);
    CHECK_STR(session, ONE);
    CHECK(record->n == 17 && record->of == 3 && record->dur_ns == 4);
    CHECK_STR(record->time, "2026-11-22T04:00:00.000000Z");
    CHECK_STR(record->event, "done");
    CHECK_STR(record->command, "a \"b\" \\u001b[2J \\u202e");
    CHECK_STR(record->verdict, "allow");
    CHECK_STR(record->code, "denied");
    CHECK_STR(record->reason, "why\\");
    CHECK_STR(record->rule.capability, "c");
    CHECK_STR(record->rule.permission, "p");
    CHECK_STR(record->rule.file, "f.json");
    CHECK_INT(record->rule.line, 7);
    dev_record_free(record);
}

static int result_of(const char *text)
{
    char session[DEV_SESSION_HEX + 1];
    struct dev_record *record = NULL;
    int r = dev_record_read(tb_bytes_of_string(text), session, &record);
    dev_record_free(record);
    return r;
}

static void only_what_calls_make_is_a_record_of_one(void)
{
    static const char *const events[] = {"call", "done", "ask", "violation"};
    static const char *const others[] = {"open", "close", "policy", "alert", "pick", "start"};
    for (size_t i = 0; i < TB_ARRAY_LEN(events); i++)
        CHECK_INT(result_of(dev_line_text(&(struct dev_line){1, ONE, events[i], "", "", 0})),
                  TB_OK);
    for (size_t i = 0; i < TB_ARRAY_LEN(others); i++)
        CHECK_INT(result_of(dev_line_text(&(struct dev_line){1, ONE, others[i], "", "", 0})),
                  TB_UNKNOWN);
    CHECK_INT(result_of(dev_line_text(&(struct dev_line){1, "", "call", "", "", 0})), TB_UNKNOWN);
}

static void what_is_no_record_is_malformed(void)
{
    static const char *const lines[] = {"", "{}", "null", "[]", "{\"v\":1,\"v\":1}"};
    for (size_t i = 0; i < TB_ARRAY_LEN(lines); i++)
        CHECK_INT(result_of(lines[i]), TB_MALFORMED);
    CHECK_INT(result_of(dev_line_text(&(struct dev_line){0, ONE, "call", "", "", 0})),
              TB_MALFORMED);
    CHECK_INT(result_of(dev_line_text(&(struct dev_line){1, "0011", "call", "", "", 0})),
              TB_MALFORMED);
    CHECK_INT(result_of(dev_line_text(&(struct dev_line){1, ONE, "call", "\",\"n\":\"2", "", 0})),
              TB_MALFORMED);
    char *text = malloc(5000);
    memset(text, ' ', 4999);
    text[4999] = 0;
    CHECK_INT(result_of(text), TB_MALFORMED);
    free(text);
}

static void every_beginning_and_changed_byte_is_judged(void)
{
    const struct dev_line line = {17, ONE, "call", "a\\u0000b", "c", 0};
    char *text = strdup(dev_line_text(&line));
    static const char others[] = {'"', '\\', '{', '}', ',', '0', 0, (char)0xff};
    size_t n = strlen(text);
    char session[DEV_SESSION_HEX + 1];
    struct dev_record *record;
    for (size_t cut = 0; cut < n; cut++)
        CHECK_INT(dev_record_read(tb_bytes_of(text, cut), session, &record), TB_MALFORMED);
    size_t n_read = 0;
    for (size_t at = 0; at < n; at++)
        for (size_t i = 0; i < sizeof others; i++) {
            char before = text[at];
            text[at] = others[i];
            if (dev_record_read(tb_bytes_of(text, n), session, &record) == TB_OK) {
                CHECK(tb_utf8_valid(tb_bytes_of_string(record->command)));
                CHECK(strlen(record->reason) < n && strlen(session) == DEV_SESSION_HEX);
                dev_record_free(record);
                n_read++;
            }
            text[at] = before;
        }
    CHECK(n_read > 0);
    free(text);
}

static const char *session_in(const char *text)
{
    static char session[DEV_SESSION_HEX + 1];
    return dev_record_session(tb_bytes_of_string(text), session) ? session : "";
}

static void a_name_in_a_command_is_no_session(void)
{
    const struct dev_line line = {1, TWO, "call", "\\\"session\\\":\\\"" ONE "\\\"", "", 0};
    CHECK_STR(session_in(dev_line_text(&line)), TWO);
    CHECK_STR(session_in(dev_line_text(&(struct dev_line){1, "", "open", "x", "", 0})), "");
    CHECK_STR(session_in("\"session\":\"" ONE "\""), ONE);
    CHECK_STR(session_in("\"session\":\"" ONE), "");
    CHECK_STR(session_in("\"session\":\"0011"), "");
    CHECK_STR(session_in(""), "");
    CHECK(!dev_record_session(tb_bytes_of(NULL, 0), (char[DEV_SESSION_HEX + 1]){0}));
}

/* ---- the log ---- */

static void new_records_of_named_sessions_are_told(void)
{
    begin();
    call(1, ONE);
    follow();
    CHECK_STR(heard(), "");
    call(2, ONE);
    call(3, TWO);
    put_line(1, 4, ONE, "open");
    put_line(1, 5, ONE, "done");
    CHECK_STR(heard(), "aa:2 aa:5");
    CHECK_STR(heard(), "");
    CHECK_INT(dev_records_name(records, TWO), TB_OK);
    call(6, TWO);
    call(7, ONE);
    CHECK_STR(heard(), "bb:6 aa:7");
    dev_records_forget(records, ONE);
    dev_records_forget(records, ONE);
    call(8, ONE);
    call(9, TWO);
    CHECK_STR(heard(), "bb:9");
}

static void its_descriptor_says_when_to_read(void)
{
    begin();
    call(1, ONE);
    follow();
    struct pollfd ready = {.fd = dev_records_fd(records), .events = POLLIN};
    CHECK_INT(poll(&ready, 1, 0), 0);
    call(2, ONE);
    CHECK_INT(poll(&ready, 1, 0), 1);
    CHECK_STR(heard(), "aa:2");
    CHECK_INT(poll(&ready, 1, 0), 0);
}

static void a_line_counts_once_it_is_whole(void)
{
    begin();
    call(1, ONE);
    follow();
    char *line = strdup(dev_line_text(&(struct dev_line){2, ONE, "call", "x", "", 0}));
    char first[100];
    (void)snprintf(first, sizeof first, "%.50s", line);
    put(1, first);
    CHECK_STR(heard(), "");
    put(1, line + 50);
    CHECK_STR(heard(), "");
    put(1, "\n");
    CHECK_STR(heard(), "aa:2");
    free(line);
}

static void what_is_no_record_is_passed_over(void)
{
    char *junk = malloc(200 * 1024);
    memset(junk, 'x', 200 * 1024 - 1);
    junk[200 * 1024 - 1] = 0;
    begin();
    follow();
    put(1, "\n{}\n\"session\":\"" ONE "\"\n");
    call(1, ONE);
    put(1, junk);
    CHECK_STR(heard(), "aa:1");
    put(1, dev_line_text(&(struct dev_line){2, ONE, "call", "x", "", 0}));
    put(1, "\n");
    call(3, ONE);
    CHECK_STR(heard(), "aa:3");
    free(junk);
}

/* The scribe takes the next name while another instance has the first. */
static void files_of_later_instances_are_followed(void)
{
    begin();
    call(1, ONE);
    put_line(3, 1, ONE, "call");
    follow();
    put_line(2, 1, ONE, "call");
    CHECK_STR(heard(), "aa:1");
    put_line(3, 2, ONE, "call");
    CHECK_STR(heard(), "aa:2");
    put_line(TB_INSTANCES_MAX, 3, ONE, "call");
    CHECK_STR(heard(), "aa:3");
    put_line(TB_INSTANCES_MAX + 1, 4, ONE, "call");
    CHECK_STR(heard(), "");
}

/* One instance of the app, which writes one record. */
static struct tb_scribe *scribe_with(enum tb_event event, uint64_t ref)
{
    int link[2];
    struct tb_scribe *scribe;
    const struct tb_record record = {
        .event = event,
        .verdict = TB_ALLOW,
        .ref = ref,
        .session = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0xaa},
        .command = tb_bytes_of_string("plugin:fs|\x1b[2J"),
        .reason = tb_bytes_of_string("a \"b\""),
    };
    CHECK_INT(tb_fd_pair(SOCK_STREAM, link), 0);
    close(link[1]);
    CHECK_INT(tb_scribe_new(link[0], path, tb_bytes_of_string("com.a"), &scribe), 0);
    CHECK_INT(tb_scribe_add(scribe, &record), 0);
    CHECK_INT(tb_log_sync(&scribe->log), 0);
    return scribe;
}

static void what_the_scribe_writes_is_told(void)
{
    const struct dev_record *list[DEV_RECORDS_MAX];
    begin();
    follow();
    struct tb_scribe *first = scribe_with(TB_EVENT_CALL, 1);
    CHECK_STR(heard(), "aa:1");
    CHECK_INT(dev_records_last(records, ONE, list), 1);
    CHECK_STR(list[0]->command, "plugin:fs|\\u001b[2J");
    CHECK_STR(list[0]->reason, "a \"b\"");
    struct tb_scribe *second = scribe_with(TB_EVENT_OPEN, 0);
    CHECK_STR(heard(), "");
    tb_scribe_free(first);
    tb_scribe_free(second);
}

static void a_log_that_is_begun_anew_is_read_from_its_start(void)
{
    char other[PATH_MAX];
    begin();
    call(1, ONE);
    follow();
    call(2, ONE);
    CHECK_STR(heard(), "aa:2");
    (void)snprintf(other, sizeof other, "%s/log-17.jsonl", folder);
    CHECK_INT(rename(path, other), 0);
    CHECK_INT(dev_records_name(records, TWO), TB_OK);
    call(1, TWO);
    CHECK_STR(heard(), "bb:1");
    /* Back again: what was told is not told twice. */
    CHECK_INT(rename(other, path), 0);
    call(3, ONE);
    CHECK_STR(heard(), "aa:3");
}

static void a_log_that_is_cut_back_goes_on_there(void)
{
    begin();
    call(1, ONE);
    follow();
    put(1, "torn and longer than nothing");
    CHECK_STR(heard(), "");
    call(2, ONE);
    CHECK_STR(heard(), "");
    CHECK_INT(truncate(path, (off_t)strlen(dev_line_text(
                                 &(struct dev_line){1, ONE, "call", "plugin:fs|stat", "", 0})) +
                                 1),
              0);
    CHECK_STR(heard(), "");
    call(2, ONE);
    CHECK_STR(heard(), "aa:2");
}

static void only_plain_files_are_opened(void)
{
    char other[PATH_MAX];
    begin();
    (void)snprintf(other, sizeof other, "%s/log-2.jsonl", folder);
    CHECK_INT(symlink(path, other), 0);
    follow();
    call(1, ONE);
    CHECK_STR(heard(), "aa:1");
    CHECK_INT(unlink(other), 0);
    CHECK_INT(mkfifo(other, 0600), 0);
    call(2, ONE);
    CHECK_STR(heard(), "aa:2");
}

static void a_folder_has_to_be_there(void)
{
    begin();
    CHECK_INT(dev_records_new("/nonexistent/log.jsonl", tell, told, &records), -ENOENT);
    CHECK(records == NULL);
}

/* ---- what is kept ---- */

static void the_last_ones_are_kept(void)
{
    const struct dev_record *list[DEV_RECORDS_MAX];
    begin();
    follow();
    CHECK_INT(dev_records_last(records, ONE, list), 0);
    CHECK_INT(dev_records_last(records, TWO, list), 0);
    for (uint64_t n = 1; n <= 3; n++)
        call(n, ONE);
    (void)heard();
    CHECK_INT(dev_records_last(records, ONE, list), 3);
    CHECK(list[0]->n == 1 && list[2]->n == 3);
    for (uint64_t n = 4; n <= DEV_RECORDS_MAX + 7; n++)
        call(n, ONE);
    (void)heard();
    CHECK_INT(dev_records_last(records, ONE, list), DEV_RECORDS_MAX);
    for (uint64_t i = 0; i < DEV_RECORDS_MAX; i++)
        CHECK_INT(list[i]->n, i + 8);
    dev_records_forget(records, ONE);
    CHECK_INT(dev_records_last(records, ONE, list), 0);
}

static void the_session_that_was_named_first_makes_way(void)
{
    char name[DEV_SESSION_HEX + 1];
    const struct dev_record *list[DEV_RECORDS_MAX];
    begin();
    follow();
    call(1, ONE);
    CHECK_STR(heard(), "aa:1");
    for (unsigned i = 0; i < DEV_SESSIONS_MAX - 1; i++) {
        (void)snprintf(name, sizeof name, "%016x", i);
        CHECK_INT(dev_records_name(records, name), TB_OK);
        CHECK_INT(dev_records_name(records, name), TB_OK);
    }
    CHECK_INT(dev_records_last(records, ONE, list), 1);
    CHECK_INT(dev_records_name(records, TWO), TB_OK);
    CHECK_INT(dev_records_last(records, ONE, list), 0);
    call(2, "0000000000000000");
    call(3, ONE);
    call(4, TWO);
    CHECK_STR(heard(), "00:2 bb:4");
}

static void only_the_name_of_a_session_is_one(void)
{
    static const char *const names[] = {"", "0011", ONE "0", "00112233445566AA",
                                        "00112233445566\"\""};
    begin();
    follow();
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        CHECK_INT(dev_records_name(records, names[i]), TB_MALFORMED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_record_is_taken_apart),
        TEST(only_what_calls_make_is_a_record_of_one),
        TEST(what_is_no_record_is_malformed),
        TEST(every_beginning_and_changed_byte_is_judged),
        TEST(a_name_in_a_command_is_no_session),
        TEST(new_records_of_named_sessions_are_told),
        TEST(its_descriptor_says_when_to_read),
        TEST(a_line_counts_once_it_is_whole),
        TEST(what_is_no_record_is_passed_over),
        TEST(files_of_later_instances_are_followed),
        TEST(what_the_scribe_writes_is_told),
        TEST(a_log_that_is_begun_anew_is_read_from_its_start),
        TEST(a_log_that_is_cut_back_goes_on_there),
        TEST(only_plain_files_are_opened),
        TEST(a_folder_has_to_be_there),
        TEST(the_last_ones_are_kept),
        TEST(the_session_that_was_named_first_makes_way),
        TEST(only_the_name_of_a_session_is_one),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
