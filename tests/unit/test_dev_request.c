/* Who may have what of the dev bridge, rule by rule: each case is the right request but for one
 * thing. */
#include "dev/request.h"
#include "tests/unit/test.h"

#include <sodium.h>
#include <stdio.h>

#define SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdee"
#define HOST   "00112233445566778899aabbccddeeff.localhost:8000"

static struct dev_door make_door(void)
{
    struct dev_door door = {.host = HOST, .origin = "http://" HOST};
    (void)snprintf(door.token, sizeof door.token, "%s", SECRET);
    (void)snprintf(door.cookie, sizeof door.cookie, "%s", SECRET);
    return door;
}

static struct dev_request document(void)
{
    return (struct dev_request){
        .is_get = true,
        .untrusted_host = tb_bytes_of_string(HOST),
        .untrusted_cookie = tb_bytes_of_string("trollbridge=" SECRET),
        .untrusted_site = tb_bytes_of_string("same-origin"),
        .untrusted_mode = tb_bytes_of_string("navigate"),
        .untrusted_dest = tb_bytes_of_string("document"),
    };
}

static struct dev_request entry(void)
{
    struct dev_request request = document();
    request.has_token = true;
    request.untrusted_token = tb_bytes_of_string(SECRET);
    request.untrusted_site = tb_bytes_of_string("none");
    request.untrusted_cookie = (struct tb_bytes){0};
    return request;
}

static struct dev_judgement judge(const struct dev_request *request)
{
    const struct dev_door door = make_door();
    return dev_request_judge(request, &door);
}

#define CHECK_REFUSED(request, wanted)                                                             \
    do {                                                                                           \
        struct dev_judgement judged = judge(request);                                              \
        CHECK_INT(judged.verdict, DEV_REFUSED);                                                    \
        CHECK_INT(judged.status, wanted);                                                          \
        CHECK(judged.why != NULL);                                                                 \
    } while (0)

static void knows_its_name_to_the_letter(void)
{
    static const char *const others[] = {
        "",
        "127.0.0.1:8000",
        "localhost:8000",
        HOST ".",
        "00112233445566778899aabbccddeeff.localhost",
        "00112233445566778899AABBCCDDEEFF.localhost:8000",
        "a@" HOST,
        HOST "," HOST,
        " " HOST,
        "00112233445566778899aabbccddeeff.localhost:80000",
        "10112233445566778899aabbccddeeff.localhost:8000",
        "00112233445566778899aabbccddeeff.localhost.evil.example:8000"};
    const struct dev_door door = make_door();
    const struct dev_door none = {.host = ""};
    CHECK(dev_door_is(&door, tb_bytes_of_string(HOST)));
    for (size_t i = 0; i < TB_ARRAY_LEN(others); i++)
        CHECK(!dev_door_is(&door, tb_bytes_of_string(others[i])));
    CHECK(!dev_door_is(&none, tb_bytes_of_string("")));
    const struct dev_request request = document();
    CHECK_INT(dev_request_judge(&request, NULL).status, 421);
}

static void lets_in_who_has_the_token(void)
{
    struct dev_request request = entry();
    CHECK_INT(judge(&request).verdict, DEV_ENTER);
    request.untrusted_token = tb_bytes_of_string(OTHER);
    CHECK_REFUSED(&request, 401);
    request.untrusted_token = tb_bytes_of_string("");
    CHECK_REFUSED(&request, 401);
    request = entry();
    request.untrusted_token.n--;
    CHECK_REFUSED(&request, 401);
    /* with the cookie, too: an address that is wrong is no page */
    request.untrusted_cookie = document().untrusted_cookie;
    CHECK_REFUSED(&request, 401);
}

static void takes_no_token_that_was_spent(void)
{
    struct dev_door door = make_door();
    struct dev_request request = entry();
    door.token[0] = 0;
    CHECK_INT(dev_request_judge(&request, &door).status, 401);
    request.untrusted_token = (struct tb_bytes){0};
    CHECK_INT(dev_request_judge(&request, &door).status, 401);
}

static void takes_a_token_from_nobody_but_a_person(void)
{
    static const char *const sites[] = {"same-origin", "same-site", "cross-site", "", "?"};
    static const char *const dests[] = {"iframe", "frame", "empty", "image", "script", "", "?"};
    for (size_t i = 0; i < TB_ARRAY_LEN(sites); i++) {
        struct dev_request request = entry();
        request.untrusted_site = tb_bytes_of_string(sites[i]);
        CHECK_REFUSED(&request, 403);
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(dests); i++) {
        struct dev_request request = entry();
        request.untrusted_dest = tb_bytes_of_string(dests[i]);
        CHECK_REFUSED(&request, 403);
    }
    struct dev_request request = entry();
    request.untrusted_mode = tb_bytes_of_string("no-cors");
    CHECK_REFUSED(&request, 403);
    /* nor from a browser that fetches what a person may want next */
    request = entry();
    request.untrusted_purpose = tb_bytes_of_string("prefetch;prerender");
    CHECK_REFUSED(&request, 403);
}

static void gives_documents_to_navigations_alone(void)
{
    static const char *const dests[] = {"iframe", "frame", "empty", "script",
                                        "object", "embed", ""};
    struct dev_request request = document();
    CHECK_INT(judge(&request).verdict, DEV_DOCUMENT);
    request.untrusted_site = tb_bytes_of_string("none");
    CHECK_INT(judge(&request).verdict, DEV_DOCUMENT);
    for (size_t i = 0; i < TB_ARRAY_LEN(dests); i++) {
        request.untrusted_dest = tb_bytes_of_string(dests[i]);
        CHECK_INT(judge(&request).verdict, DEV_RESOURCE);
    }
    request = document();
    request.untrusted_mode = tb_bytes_of_string("cors");
    CHECK_INT(judge(&request).verdict, DEV_RESOURCE);
    request = document();
    request.untrusted_purpose = tb_bytes_of_string("prefetch;prerender");
    CHECK_REFUSED(&request, 403);
}

static void refuses_what_others_ask(void)
{
    static const char *const origins[] = {
        "null", "http://evil.example", "https://" HOST,
        HOST,   "http://" HOST "/",    "http://" HOST ".evil.example"};
    static const char *const sites[] = {"same-site", "cross-site", "?"};
    struct dev_request request = document();
    request.untrusted_origin = tb_bytes_of_string("http://" HOST);
    CHECK_INT(judge(&request).verdict, DEV_DOCUMENT);
    for (size_t i = 0; i < TB_ARRAY_LEN(origins); i++) {
        request.untrusted_origin = tb_bytes_of_string(origins[i]);
        CHECK_REFUSED(&request, 403);
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(sites); i++) {
        request = document();
        request.untrusted_site = tb_bytes_of_string(sites[i]);
        CHECK_REFUSED(&request, 403);
    }
    /* a browser that does not say is none that this can be left to */
    request = document();
    request.untrusted_site = (struct tb_bytes){0};
    CHECK_REFUSED(&request, 403);
}

static void wants_its_cookie_once(void)
{
    static const char *const fine[] = {"trollbridge=" SECRET, "a=b; trollbridge=" SECRET,
                                       "trollbridge=" SECRET "; a=b", "trollbridge=" SECRET ";a",
                                       "xtrollbridge=" OTHER "; trollbridge=" SECRET};
    static const char *const wrong[] = {"",
                                        "trollbridge=",
                                        "trollbridge=" OTHER,
                                        SECRET,
                                        "trollbridge=" SECRET "0",
                                        "Trollbridge=" SECRET,
                                        "a=trollbridge=" SECRET,
                                        "trollbridge =" SECRET,
                                        "trollbridge=" OTHER "; trollbridge=" SECRET,
                                        "trollbridge=" SECRET "; trollbridge=" SECRET};
    for (size_t i = 0; i < TB_ARRAY_LEN(fine); i++) {
        struct dev_request request = document();
        request.untrusted_cookie = tb_bytes_of_string(fine[i]);
        CHECK_INT(judge(&request).verdict, DEV_DOCUMENT);
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++) {
        struct dev_request request = document();
        request.untrusted_cookie = tb_bytes_of_string(wrong[i]);
        CHECK_REFUSED(&request, 401);
    }
}

static void only_lets_read(void)
{
    struct dev_request request = document();
    request.is_get = false;
    CHECK_REFUSED(&request, 405);
    request = document();
    request.has_body = true;
    CHECK_REFUSED(&request, 405);
    request = document();
    request.is_service_worker = true;
    CHECK_REFUSED(&request, 403);
}

static void connects_its_own_page_alone(void)
{
    const struct dev_door door = make_door();
    struct dev_request right = document();
    right.untrusted_origin = tb_bytes_of_string("http://" HOST);
    CHECK(dev_request_may_connect(&right, &door));
    CHECK(!dev_request_may_connect(&right, NULL));
    struct dev_request request = right;
    request.untrusted_site = (struct tb_bytes){0}; /* not every browser says so of a WebSocket */
    CHECK(dev_request_may_connect(&request, &door));
    request.untrusted_site = tb_bytes_of_string("cross-site");
    CHECK(!dev_request_may_connect(&request, &door));
    request = right;
    request.untrusted_origin = (struct tb_bytes){0};
    CHECK(!dev_request_may_connect(&request, &door));
    request.untrusted_origin = tb_bytes_of_string("http://evil.example");
    CHECK(!dev_request_may_connect(&request, &door));
    request = right;
    request.untrusted_cookie = (struct tb_bytes){0};
    CHECK(!dev_request_may_connect(&request, &door));
    request = right;
    request.is_get = false;
    CHECK(!dev_request_may_connect(&request, &door));
    request = right;
    request.is_head = true;
    CHECK(!dev_request_may_connect(&request, &door));
}

static void makes_doors_that_differ(void)
{
    struct dev_door a;
    struct dev_door b;
    CHECK(sodium_init() >= 0);
    dev_door_make(&a, 65535);
    dev_door_make(&b, 65535);
    CHECK(strcmp(a.host, b.host) != 0 && strcmp(a.cookie, b.cookie) != 0);
    CHECK(strcmp(a.token, b.token) != 0 && strcmp(a.token, a.cookie) != 0);
    CHECK_INT(strlen(a.token), DEV_SECRET_HEX);
    CHECK_STR(a.host + DEV_HOST_HEX, ".localhost:65535");
    CHECK_STR(a.origin + strlen("http://"), a.host);
    dev_door_make(&b, 80);
    CHECK_STR(b.host + DEV_HOST_HEX, ".localhost");
    char token[DEV_SECRET_HEX + 1];
    memcpy(token, a.token, sizeof token);
    dev_door_renew_token(&a);
    CHECK(strcmp(a.token, token) != 0);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(knows_its_name_to_the_letter),
        TEST(lets_in_who_has_the_token),
        TEST(takes_no_token_that_was_spent),
        TEST(takes_a_token_from_nobody_but_a_person),
        TEST(gives_documents_to_navigations_alone),
        TEST(refuses_what_others_ask),
        TEST(wants_its_cookie_once),
        TEST(only_lets_read),
        TEST(connects_its_own_page_alone),
        TEST(makes_doors_that_differ),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
