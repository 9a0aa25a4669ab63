#include "scribe/wall.h"

/* Not gmtime_r: glibc's opens the time zone file, which the sandbox would answer with a kill. */

enum { DAY_S = 86400 };
#define YEAR_10000 UINT64_C(253402300800)

struct date {
    unsigned year;
    unsigned month;
    unsigned day;
};

/* Days since 1970-01-01, in eras of 400 years that begin on 1 March: leap days come last. */
static struct date date_of(uint64_t days)
{
    uint64_t z = days + 719468;
    uint64_t era = z / 146097;
    uint64_t of_era = z % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153; /* 0 is March */
    bool next_year = month >= 10;
    return (struct date){
        .year = (unsigned)(year + era * 400 + next_year),
        .month = (unsigned)(next_year ? month - 9 : month + 3),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
    };
}

static void put_digits(char *at, size_t n, uint64_t v)
{
    for (size_t i = n; i-- > 0; v /= 10)
        at[i] = (char)('0' + v % 10);
}

static void put_second(char text[static TB_TIME_SIZE], uint64_t second)
{
    static const char form[TB_TIME_SIZE] = "0000-00-00T00:00:00.000000Z";
    struct date date = date_of(second / DAY_S);
    for (size_t i = 0; i < sizeof form; i++)
        text[i] = form[i];
    put_digits(text, 4, date.year);
    put_digits(text + 5, 2, date.month);
    put_digits(text + 8, 2, date.day);
    put_digits(text + 11, 2, second % DAY_S / 3600);
    put_digits(text + 14, 2, second % 3600 / 60);
    put_digits(text + 17, 2, second % 60);
}

void tb_wall_refresh(struct tb_wall *wall)
{
    uint64_t mono_ns = tb_clock_ns();
    if (wall->taken_ns != 0 && mono_ns - wall->taken_ns < TB_S_NS)
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    wall->offset_ns = (uint64_t)now.tv_sec * TB_S_NS + (uint64_t)now.tv_nsec - mono_ns;
    wall->taken_ns = mono_ns;
}

const char *tb_wall_text(struct tb_wall *wall, uint64_t mono_ns)
{
    uint64_t ns = mono_ns + wall->offset_ns;
    uint64_t second = ns / TB_S_NS % YEAR_10000;
    if (wall->text[0] == 0 || second != wall->second) {
        put_second(wall->text, second);
        wall->second = second;
    }
    put_digits(wall->text + 20, 6, ns % TB_S_NS / 1000);
    return wall->text;
}
