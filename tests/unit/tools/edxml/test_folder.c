/* A whole file with its parts in a folder: under names that lead nowhere else, two of the same name
 * apart, packed ones unpacked, and nothing half done behind a fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/base/files.h"
#include "tools/edxml/edxml.h"

struct place {
	char path[64];
	int folder;
	struct edxml_outcome outcome;
	struct edxml_loaded *loaded;
};

static void make_place(struct place *p)
{
	*p = (struct place){ .path = "/tmp/vanthu-test-folder-XXXXXX" };
	assert_non_null(mkdtemp(p->path));
	p->folder = open(p->path, O_RDONLY | O_DIRECTORY);
	assert_true(p->folder >= 0);
}

static void clear_place(struct place *p)
{
	edxml_folder_free(p->loaded);
	close(p->folder);
	fs_remove_tree(p->path);
}

static int file_of(const char *text)
{
	int fd = memfd_create("edxml", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

#define PART(name, content)                                                                        \
	"<Attachment><AttachmentName>" name "</AttachmentName><ContentTransferEncoded>" content    \
	"</ContentTransferEncoded></Attachment>"
#define FILE_OF(parts)                                                                             \
	"<edXML><MessageHeader><DocumentId>1</DocumentId></"                                       \
	"MessageHeader><AttachmentEncoded>" parts "</AttachmentEncoded></edXML>"

static enum err load(struct place *p, const char *text)
{
	int fd = file_of(text);
	enum err e = edxml_folder_load(fd, p->folder, &p->outcome, &p->loaded);

	close(fd);
	return e;
}

static void expect_file(const struct place *p, uint32_t part, const char *name, const char *text)
{
	char bytes[64] = "";
	int fd;

	assert_string_equal(p->loaded->names[part], name);
	assert_int_equal(p->loaded->sizes[part], strlen(text));
	fd = openat(p->folder, name, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, sizeof bytes - 1), strlen(text));
	assert_string_equal(bytes, text);
	close(fd);
}

static void test_parts_lie_under_their_names_and_nowhere_else(void **state)
{
	struct place p;

	(void)state;
	make_place(&p);
	assert_int_equal(
		load(&p, FILE_OF(PART("van-ban.pdf", "QUI=") PART("van-ban.pdf", "QUJD")
					 PART("../../x.pdf", "") PART("C:\\x\\y.pdf", "QQ==")
						 PART("..", "Qg==") PART("", "Qw=="))),
		ERR_OK);
	expect_file(&p, 0, "1/van-ban.pdf", "AB");
	expect_file(&p, 1, "2/van-ban.pdf", "ABC");
	expect_file(&p, 2, "3/x.pdf", "");
	expect_file(&p, 3, "4/y.pdf", "A");
	expect_file(&p, 4, "5/part-5", "B");
	expect_file(&p, 5, "6/part-6", "C");
	clear_place(&p);
}

static void test_a_name_that_is_too_long_keeps_its_ending(void **state)
{
	char name[600], text[2000];
	struct place p;

	(void)state;
	make_place(&p);
	memset(name, 'a', sizeof name);
	snprintf(name + 500, sizeof name - 500, ".pdf");
	snprintf(text, sizeof text,
		 "<edXML><MessageHeader/><Attachment><AttachmentName>%s</AttachmentName>"
		 "<ContentTransferEncoded>QQ==</ContentTransferEncoded></Attachment></edXML>",
		 name);
	assert_int_equal(load(&p, text), ERR_OK);
	assert_int_equal(strlen(p.loaded->names[0]), 2 + NAME_MAX_BYTES);
	assert_string_equal(p.loaded->names[0] + 2 + NAME_MAX_BYTES - 4, ".pdf");
	clear_place(&p);
}

static int copy_of(const char *path)
{
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	return fd;
}

static void test_a_packed_part_is_unpacked_and_a_bomb_is_not(void **state)
{
	struct place p;
	struct stat st;
	int fd;

	(void)state;
	make_place(&p);
	fd = copy_of("tests/edxml/zip-called-pdf.edxml");
	assert_int_equal(edxml_folder_load(fd, p.folder, &p.outcome, &p.loaded), ERR_OK);
	assert_int_equal(p.loaded->sizes[0], 89);
	assert_int_equal(fstatat(p.folder, "1/nghi-quyet.pdf", &st, 0), 0);
	assert_int_equal(st.st_size, 89);
	assert_true(edxml_slip_has(&p.outcome.slips, EDXML_SLIP_PACKED));
	close(fd);
	clear_place(&p);

	make_place(&p);
	fd = copy_of("tests/edxml/hostile-zip-bomb.edxml");
	assert_int_equal(edxml_folder_load(fd, p.folder, &p.outcome, &p.loaded), ERR_EDXML_ZIP);
	assert_null(p.loaded);
	assert_string_equal(p.outcome.fault.about, "nghi-quyet.pdf");
	close(fd);
	clear_place(&p);
}

static void test_a_folder_that_cannot_be_written_is_said(void **state)
{
	struct place p;
	int file;

	(void)state;
	make_place(&p);
	close(p.folder);
	p.folder = open("/dev/null", O_RDONLY); /* no folder at all */
	file = file_of(FILE_OF(PART("a.pdf", "QQ==")));
	assert_int_equal(edxml_folder_load(file, p.folder, &p.outcome, &p.loaded), ERR_FILE);
	assert_int_equal(errno, ENOTDIR);
	assert_null(p.loaded);
	close(file);
	clear_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_lie_under_their_names_and_nowhere_else),
		cmocka_unit_test(test_a_name_that_is_too_long_keeps_its_ending),
		cmocka_unit_test(test_a_packed_part_is_unpacked_and_a_bomb_is_not),
		cmocka_unit_test(test_a_folder_that_cannot_be_written_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
