/* See calendar.h. Days from the civil calendar as in every textbook: years are counted from March,
 * so that the leap day comes last. */
#include "routing/base/calendar.h"

enum { VIETNAM_MS = 7 * 3600 * 1000, DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 };
#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct civil {
	unsigned year, month, day;
};

/* Days from 1 March of the year 0. */
static uint64_t days_of_ms(int64_t wall_ms)
{
	int64_t local_ms = wall_ms > INT64_MAX - VIETNAM_MS ? INT64_MAX : wall_ms + VIETNAM_MS;

	return (uint64_t)(local_ms < 0 ? 0 : local_ms / DAY_MS) + DAYS_TO_1970;
}

static struct civil civil_of_days(uint64_t day)
{
	uint64_t era = day / DAYS_400_YEARS, in_era = day % DAYS_400_YEARS;
	uint64_t year_in_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint64_t in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
	uint64_t from_march = (5 * in_year + 2) / 153;
	struct civil c = { .day = (unsigned)(in_year - (153 * from_march + 2) / 5 + 1),
			   .month = (unsigned)(from_march < 10 ? from_march + 3 : from_march - 9) };

	c.year = (unsigned)(era * 400 + year_in_era) + (c.month <= 2 ? 1 : 0);
	return c;
}

static uint32_t days_of_civil(struct civil c)
{
	unsigned from_march = c.month > 2 ? c.month - 3 : c.month + 9;
	unsigned year = c.month > 2 ? c.year : c.year - 1, in_era = year % 400;

	return year / 400 * DAYS_400_YEARS + in_era * 365 + in_era / 4 - in_era / 100 +
	       (153 * from_march + 2) / 5 + c.day - 1;
}

struct month month_make(unsigned year, unsigned month)
{
	struct month none = { 0 };

	if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > MONTHS_A_YEAR)
		return none;
	return (struct month){ (uint16_t)(year * MONTHS_A_YEAR + month - 1) };
}

struct month month_of_ms(int64_t wall_ms)
{
	struct civil c = civil_of_days(days_of_ms(wall_ms));

	return month_make(c.year > YEAR_MAX ? YEAR_MAX : c.year, c.month);
}

unsigned month_year(struct month m)
{
	return m.n / MONTHS_A_YEAR;
}

unsigned month_in_year(struct month m)
{
	return m.n % MONTHS_A_YEAR + 1;
}

static unsigned days_in(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly n digits. */
static bool read_digits(const char **at, unsigned n, unsigned *out)
{
	*out = 0;
	for (; n > 0; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + (unsigned)(**at - '0');
	}
	return true;
}

static bool read_date(text_t date, struct civil *out)
{
	return read_digits(&date, 4, &out->year) && *date++ == '-' &&
	       read_digits(&date, 2, &out->month) && *date++ == '-' &&
	       read_digits(&date, 2, &out->day) && *date == '\0' &&
	       month_make(out->year, out->month).n != 0 && out->day >= 1 &&
	       out->day <= days_in(out->year, out->month);
}

bool date_month(text_t date, struct month *out)
{
	struct civil c;
	bool is_date = read_date(date, &c);

	*out = (struct month){ 0 };
	if (is_date)
		*out = month_make(c.year, c.month);
	return is_date;
}

bool date_day(text_t date, struct day *out)
{
	struct civil c;
	bool is_date = read_date(date, &c);

	*out = (struct day){ is_date ? days_of_civil(c) : 0 };
	return is_date;
}

static char *write_digits(char *at, unsigned n, unsigned value)
{
	for (unsigned i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

static void write_date(struct civil c, char out[DATE_MAX + 1])
{
	char *at = write_digits(out, 4, c.year);

	*at++ = '-';
	at = write_digits(at, 2, c.month);
	*at++ = '-';
	at = write_digits(at, 2, c.day);
	*at = '\0';
}

void date_of_ms(int64_t wall_ms, char out[DATE_MAX + 1])
{
	write_date(civil_of_days(days_of_ms(wall_ms)), out);
}

/* ---- days ---- */

static uint32_t first_day(void)
{
	return days_of_civil((struct civil){ .year = YEAR_MIN, .month = 1, .day = 1 });
}

static uint32_t last_day(void)
{
	return days_of_civil((struct civil){ .year = YEAR_MAX, .month = 12, .day = 31 });
}

static bool in_calendar(struct day d)
{
	return d.n >= first_day() && d.n <= last_day();
}

void day_date(struct day d, char out[DATE_MAX + 1])
{
	out[0] = '\0';
	if (in_calendar(d))
		write_date(civil_of_days(d.n), out);
}

enum weekday day_weekday(struct day d)
{
	/* 1 March of the year 0 is a Wednesday. */
	return (enum weekday)((d.n + 2) % DAYS_A_WEEK + 1);
}

struct day day_add(struct day d, int64_t days)
{
	const int64_t span = last_day() - first_day();
	struct day out = { 0 };

	if (in_calendar(d) && days >= -span && days <= span)
		out.n = (uint32_t)(d.n + days);
	return in_calendar(out) ? out : (struct day){ 0 };
}

struct day day_of_ms(int64_t wall_ms)
{
	uint64_t days = days_of_ms(wall_ms);

	return (struct day){ days < last_day() ? (uint32_t)days : last_day() };
}

int64_t day_begin_ms(struct day d)
{
	return d.n == 0 ? 0 : ((int64_t)d.n - DAYS_TO_1970) * DAY_MS - VIETNAM_MS;
}
