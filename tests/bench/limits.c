/* bench limits: what this machine can do at all, so that every figure is also a ratio. Each measure
 * runs for a short while on one thread unless it says otherwise. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/conn.h"
#include "tests/bench/limits_curve.h"
#include "tests/bench/load.h"

enum { PAGE = 4096, MEGABYTE = 1000000, HASHED_BYTES = 32 * 1024, WRITERS = 4, PATH_BYTES = 512 };

static const double EACH_S = 0.7;

/* ---- the disk ---- */

static int create(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		bench_fail("%s: %s", path, strerror(errno));
	return fd;
}

static void write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0)
			bench_fail("write: %s", strerror(errno));
		bytes += n;
		len -= (size_t)n;
	}
}

/* One page of a file that is there already, and fdatasync: what the store's commit does twice. */
static double syncs_per_s(const char *folder)
{
	static const uint8_t page[PAGE];
	char path[PATH_BYTES];
	double began;
	unsigned n = 0;
	int fd;

	snprintf(path, sizeof path, "%s/sync", folder);
	fd = create(path);
	for (unsigned i = 0; i < 256; i++)
		write_all(fd, page, sizeof page);
	if (fsync(fd) != 0)
		bench_fail("fsync: %s", strerror(errno));
	for (began = bench_now_s(); bench_now_s() - began < EACH_S; n++) {
		if (pwrite(fd, page, sizeof page, (off_t)(n % 256) * PAGE) != PAGE ||
		    fdatasync(fd) != 0)
			bench_fail("fdatasync: %s", strerror(errno));
	}
	close(fd);
	unlink(path);
	return n / (bench_now_s() - began);
}

struct writer {
	pthread_t thread;
	const char *folder;
	unsigned number, written;
	double end_s;
};

/* New files of 1 MB as an attachment comes: a temporary, sync, rename, sync of the folder. */
static void *write_files(void *arg)
{
	struct writer *w = arg;
	uint8_t *bytes = calloc(1, MEGABYTE);
	char temporary[PATH_BYTES], path[PATH_BYTES];
	int dir = open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (bytes == NULL || dir < 0)
		bench_fail("%s: %s", w->folder, strerror(errno));
	for (; bench_now_s() < w->end_s; w->written++) {
		int fd;

		snprintf(temporary, sizeof temporary, "%s/part.%u", w->folder, w->number);
		snprintf(path, sizeof path, "%s/file.%u.%u", w->folder, w->number, w->written);
		memcpy(bytes, &w->written, sizeof w->written);
		fd = create(temporary);
		write_all(fd, bytes, MEGABYTE);
		if (fsync(fd) != 0 || close(fd) != 0 || rename(temporary, path) != 0 ||
		    fsync(dir) != 0)
			bench_fail("%s: %s", path, strerror(errno));
	}
	for (unsigned i = 0; i < w->written; i++) {
		snprintf(path, sizeof path, "%s/file.%u.%u", w->folder, w->number, i);
		unlink(path);
	}
	close(dir);
	free(bytes);
	return NULL;
}

static double files_1m_per_s(const char *folder, unsigned writers)
{
	struct writer list[WRITERS];
	double written = 0;

	memset(list, 0, sizeof list);
	for (unsigned i = 0; i < writers; i++) {
		list[i] = (struct writer){ .folder = folder,
					   .number = i,
					   .end_s = bench_now_s() + EACH_S };
		if (pthread_create(&list[i].thread, NULL, write_files, &list[i]) != 0)
			bench_fail("no thread");
	}
	for (unsigned i = 0; i < writers; i++) {
		pthread_join(list[i].thread, NULL);
		written += list[i].written;
	}
	return written / EACH_S;
}

/* ---- the processor ---- */

static double hash_bytes_per_s(void)
{
	static uint8_t bytes[HASHED_BYTES];
	uint8_t out[EVP_MAX_MD_SIZE];
	double began = bench_now_s();
	unsigned long n = 0;

	for (; bench_now_s() - began < EACH_S; n++) {
		if (EVP_Digest(bytes, sizeof bytes, out, NULL, EVP_sha256(), NULL) != 1)
			bench_fail("SHA-256");
	}
	return (double)n * HASHED_BYTES / (bench_now_s() - began);
}

/* Over a digest, as an envelope's or a batch's. */
static double signs_per_s(EVP_PKEY *key, uint8_t signature[64], bool verify)
{
	static const uint8_t digest[64];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	double began = bench_now_s();
	size_t size = 64;
	unsigned n = 0;

	for (; bench_now_s() - began < EACH_S; n++) {
		int done =
		    verify ? EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
				 EVP_DigestVerify(ctx, signature, size, digest, sizeof digest) == 1
			   : EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
				 EVP_DigestSign(ctx, signature, &size, digest, sizeof digest) == 1;

		if (!done)
			bench_fail("Ed25519");
		EVP_MD_CTX_reset(ctx);
	}
	EVP_MD_CTX_free(ctx);
	return n / (bench_now_s() - began);
}

/* What a command costs before it has done anything. */
static double starts_ms(void)
{
	enum { STARTS = 20 };
	double began = bench_now_s();

	for (unsigned i = 0; i < STARTS; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
			bench_fail("/bin/true: %s", strerror(errno));
	}
	return (bench_now_s() - began) * 1000 / STARTS;
}

int bench_limits(int argc, char **argv)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	uint8_t signature[64];
	double signs;

	if (argc != 1 || key == NULL)
		bench_fail("limits FOLDER");
	signs = signs_per_s(key, signature, false);
	printf("{\"sync_per_s\":%.0f,\"file_1m_per_s\":%.0f,\"file_1m_parallel_per_s\":%.0f,\"sign_"
	       "per_s\":%.0f,\"verify_per_s\":%.0f,"
	       "\"sha256_bytes_per_s\":%.0f,\"curve_4k_per_s\":%.0f,\"curve_bytes_per_s\":%.0f,"
	       "\"start_ms\":%.2f,\"cores\":%ld}\n",
	       syncs_per_s(argv[0]), files_1m_per_s(argv[0], 1), files_1m_per_s(argv[0], WRITERS),
	       signs, signs_per_s(key, signature, true), hash_bytes_per_s(),
	       curve_per_s(PAGE, EACH_S), curve_per_s(HASHED_BYTES, EACH_S) * HASHED_BYTES,
	       starts_ms(), sysconf(_SC_NPROCESSORS_ONLN));
	EVP_PKEY_free(key);
	return 0;
}
