/* The pool: every job comes back once, on this thread, also when the pool ends before it was
 * begun. */
#include "daemon/base/workers.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/support/fixture.h"

struct counting {
	struct job job; /* first */
	atomic_uint *worked;
	unsigned done;
	pthread_t worker;
};

static void work(struct job *j)
{
	struct counting *c = (struct counting *)j;

	c->worker = pthread_self();
	atomic_fetch_add(c->worked, 1);
}

static void done(struct job *j)
{
	((struct counting *)j)->done++;
}

/* Waits on the pool's descriptor until all are back; 30 s at most. */
static void collect_all(struct workers *w, unsigned max)
{
	struct pollfd p = { .fd = workers_fd(w), .events = POLLIN };

	while (workers_pending(w) > 0) {
		assert_int_equal(poll(&p, 1, 30000), 1);
		workers_collect(w, max);
	}
}

static void run_jobs(struct workers *w, struct counting *jobs, unsigned count, atomic_uint *worked)
{
	struct job_runner r = workers_runner(w);

	for (unsigned i = 0; i < count; i++) {
		jobs[i] = (struct counting){ .job = { .work = work, .done = done },
					     .worked = worked };
		r.run(r.ctx, &jobs[i].job);
	}
	assert_int_equal(workers_pending(w), count);
	workers_flush(w);
}

static void test_threads_follow_the_processors_within_bounds(void **state)
{
	static const unsigned rows[][3] = { /* processors, those that check, those that wait */
					    { 1, 1, 8 },  { 2, 1, 8 },	{ 3, 2, 12 },
					    { 4, 3, 16 }, { 8, 7, 16 }, { 64, 8, 16 }
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(workers_checking(rows[i][0]), rows[i][1]);
		assert_int_equal(workers_waiting(rows[i][0]), rows[i][2]);
	}
	assert_true(workers_processors() >= 1);
}

/* One thread takes many small jobs; none of them is left behind for want of a wake. */
static void test_small_jobs_are_all_done_by_few_threads(void **state)
{
	static struct counting jobs[500];
	struct workers *w = workers_new(8, "test");
	struct job_runner r = workers_runner(w);
	atomic_uint worked = 0;

	(void)state;
	assert_non_null(w);
	for (unsigned round = 1; round <= COUNT_OF(jobs); round += 37) {
		atomic_store(&worked, 0);
		for (unsigned i = 0; i < round; i++) {
			jobs[i] = (struct counting){
				.job = { .small = i % 5 != 4, .work = work, .done = done },
				.worked = &worked
			};
			r.run(r.ctx, &jobs[i].job);
		}
		workers_flush(w);
		collect_all(w, 1000);
		assert_int_equal(atomic_load(&worked), round);
		for (unsigned i = 0; i < round; i++)
			assert_int_equal(jobs[i].done, 1);
	}
	workers_destroy(w);
}

static void test_every_job_comes_back_once_whatever_is_collected_at_a_time(void **state)
{
	static struct counting jobs[500];
	static const unsigned threads[] = { 1, 4 }, at_once[] = { 1, 7, 1000 };

	(void)state;
	for (size_t t = 0; t < COUNT_OF(threads); t++) {
		struct workers *w = workers_new(threads[t], "unit");

		assert_non_null(w);
		for (size_t k = 0; k < COUNT_OF(at_once); k++) {
			atomic_uint worked = 0;

			run_jobs(w, jobs, COUNT_OF(jobs), &worked);
			collect_all(w, at_once[k]);
			assert_int_equal(atomic_load(&worked), COUNT_OF(jobs));
			for (size_t i = 0; i < COUNT_OF(jobs); i++) {
				assert_int_equal(jobs[i].done, 1);
				assert_false(pthread_equal(jobs[i].worker, pthread_self()));
			}
		}
		workers_destroy(w);
	}
}

static void test_ending_the_pool_releases_every_job(void **state)
{
	static struct counting jobs[300];
	struct workers *w = workers_new(2, "unit");
	atomic_uint worked = 0;

	(void)state;
	run_jobs(w, jobs, COUNT_OF(jobs), &worked);
	workers_destroy(w);
	for (size_t i = 0; i < COUNT_OF(jobs); i++)
		assert_int_equal(jobs[i].done, 1);
	workers_destroy(NULL);
}

static void test_nothing_to_collect_does_not_block(void **state)
{
	struct workers *w = workers_new(1, "a name that is much too long for a thread");
	struct pollfd p = { .fd = workers_fd(w), .events = POLLIN };

	(void)state;
	assert_int_equal(workers_collect(w, 10), 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	workers_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads_follow_the_processors_within_bounds),
		cmocka_unit_test(test_small_jobs_are_all_done_by_few_threads),
		cmocka_unit_test(test_every_job_comes_back_once_whatever_is_collected_at_a_time),
		cmocka_unit_test(test_ending_the_pool_releases_every_job),
		cmocka_unit_test(test_nothing_to_collect_does_not_block),
	};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
