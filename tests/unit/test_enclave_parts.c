/* Tickets, and the memory that contents are collected in. */
#include "base/result.h"
#include "plugins/enclave/block.h"
#include "plugins/enclave/tickets.h"
#include "tests/unit/test.h"

#include <sodium.h>

/* ---- tickets ---- */

static bool take(struct enclave_tickets *tickets, const char *text)
{
    struct tb_client_hash client;
    return enclave_tickets_take(tickets, tb_bytes_of_string(text), &client);
}

static void a_ticket_is_good_once(void)
{
    struct enclave_tickets tickets = {0};
    const struct enclave_ticket given = *enclave_tickets_give(&tickets);
    struct tb_client_hash client;
    CHECK_INT(strlen(given.text), ENCLAVE_TICKET_DIGITS);
    CHECK(enclave_tickets_take(&tickets, tb_bytes_of_string(given.text), &client));
    CHECK(memcmp(client.salt, given.client.salt, sizeof client.salt) == 0);
    CHECK(!take(&tickets, given.text));
}

static void what_is_no_ticket(void)
{
    struct enclave_tickets tickets = {0};
    char zeros[ENCLAVE_TICKET_DIGITS] = {0};
    CHECK(!take(&tickets, "") && !take(&tickets, "00000000000000000000000000000000"));
    struct tb_client_hash client;
    CHECK(!enclave_tickets_take(&tickets, tb_bytes_of(NULL, 0), &client));
    /* A slot that is free is no ticket made of zeros. */
    CHECK(!enclave_tickets_take(&tickets, tb_bytes_of(zeros, sizeof zeros), &client));
}

static void the_oldest_is_forgotten(void)
{
    struct enclave_tickets tickets = {0};
    char texts[ENCLAVE_TICKETS_MAX + 1][ENCLAVE_TICKET_DIGITS + 1];
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        memcpy(texts[i], enclave_tickets_give(&tickets)->text, sizeof texts[i]);
    CHECK(!take(&tickets, texts[0]));
    for (size_t i = 1; i < TB_ARRAY_LEN(texts); i++)
        CHECK(take(&tickets, texts[i]));
}

/* ---- blocks ---- */

static void contents_are_collected(void)
{
    struct enclave_budget budget = {0};
    struct enclave_block block;
    char part[1000];
    memset(part, 'a', sizeof part);
    enclave_block_init(&block, &budget);
    for (size_t i = 0; i < 1000; i++)
        CHECK_INT(enclave_block_append(&block, tb_bytes_of(part, sizeof part)), TB_OK);
    CHECK_INT(block.n, 1000000);
    for (size_t i = 0; i < block.n; i++)
        CHECK(block.data[i] == 'a');
    CHECK(budget.used == block.size && block.size >= block.n && block.size < 2 * block.n + 65536);
    enclave_block_deinit(&block);
    CHECK_INT(budget.used, 0);
    CHECK_INT(enclave_block_append(&block, tb_bytes_of("again", 5)), TB_OK);
    enclave_block_deinit(&block);
}

static void contents_have_a_limit(void)
{
    struct enclave_budget budget = {0};
    struct enclave_block block;
    enclave_block_init(&block, &budget);
    static uint8_t part[ENCLAVE_CONTENT_MAX];
    CHECK_INT(enclave_block_append(&block, tb_bytes_of("x", 1)), TB_OK);
    CHECK_INT(enclave_block_append(&block, tb_bytes_of(part, sizeof part)), TB_TOO_LARGE);
    CHECK_INT(enclave_block_append(&block, tb_bytes_of(part, sizeof part - 1)), TB_OK);
    CHECK_INT(enclave_block_append(&block, tb_bytes_of("x", 1)), TB_TOO_LARGE);
    CHECK_INT(enclave_block_append(&block, tb_bytes_of(NULL, 0)), TB_OK);
    enclave_block_deinit(&block);
}

static void all_blocks_share_a_budget(void)
{
    struct enclave_budget budget = {0};
    struct enclave_block a;
    struct enclave_block b;
    enclave_block_init(&a, &budget);
    enclave_block_init(&b, &budget);
    CHECK(enclave_budget_take(&budget, ENCLAVE_CONTENTS_MAX));
    for (size_t n = ENCLAVE_SMALL_MAX; n < ENCLAVE_SMALLS_MAX; n += ENCLAVE_SMALL_MAX)
        CHECK(enclave_budget_take(&budget, ENCLAVE_SMALL_MAX));
    CHECK_INT(enclave_block_append(&a, tb_bytes_of("x", 1)), TB_OK);
    CHECK_INT(enclave_block_append(&b, tb_bytes_of("x", 1)), TB_FULL);
    CHECK(!enclave_budget_take(&budget, 1) && enclave_budget_take(&budget, 0));
    enclave_budget_give(&budget, ENCLAVE_SMALLS_MAX - ENCLAVE_SMALL_MAX);
    CHECK(!enclave_budget_take(&budget, ENCLAVE_SMALL_MAX + 1));
    enclave_block_deinit(&a);
    CHECK_INT(enclave_block_append(&b, tb_bytes_of("x", 1)), TB_OK);
    enclave_block_deinit(&b);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_ticket_is_good_once),  TEST(what_is_no_ticket),     TEST(the_oldest_is_forgotten),
        TEST(contents_are_collected), TEST(contents_have_a_limit), TEST(all_blocks_share_a_budget),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
