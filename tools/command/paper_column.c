/* See paper_column.h. */
#include "tools/command/paper_column.h"

#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"

/* As text_fold has them, letters and digits only. */
struct heading {
	const char *name;
	enum paper_column field;
};

static const struct heading headings[] = {
	{ "direction", COLUMN_DIRECTION },
	{ "huong", COLUMN_DIRECTION },
	{ "chieu", COLUMN_DIRECTION },
	{ "dendi", COLUMN_DIRECTION },
	{ "diden", COLUMN_DIRECTION },
	{ "number", COLUMN_NUMBER },
	{ "symbol", COLUMN_NUMBER },
	{ "so", COLUMN_NUMBER },
	{ "sokyhieu", COLUMN_NUMBER },
	{ "sovakyhieu", COLUMN_NUMBER },
	{ "sohieu", COLUMN_NUMBER },
	{ "type", COLUMN_TYPE },
	{ "loai", COLUMN_TYPE },
	{ "loaivanban", COLUMN_TYPE },
	{ "tenloai", COLUMN_TYPE },
	{ "tenloaivanban", COLUMN_TYPE },
	{ "date", COLUMN_DATE },
	{ "ngay", COLUMN_DATE },
	{ "ngayden", COLUMN_DATE },
	{ "ngaydi", COLUMN_DATE },
	{ "ngaydendi", COLUMN_DATE },
	{ "ngaythang", COLUMN_DATE },
	{ "ngaythangnam", COLUMN_DATE },
	{ "issued", COLUMN_ISSUED },
	{ "issuedon", COLUMN_ISSUED },
	{ "dateofthedocument", COLUMN_ISSUED },
	{ "ngayvanban", COLUMN_ISSUED },
	{ "ngaythangvanban", COLUMN_ISSUED },
	{ "ngaybanhanh", COLUMN_ISSUED },
	{ "ngayky", COLUMN_ISSUED },
	{ "subject", COLUMN_SUBJECT },
	{ "trichyeu", COLUMN_SUBJECT },
	{ "noidung", COLUMN_SUBJECT },
	{ "trichyeunoidung", COLUMN_SUBJECT },
	{ "party", COLUMN_PARTY },
	{ "from", COLUMN_PARTY },
	{ "to", COLUMN_PARTY },
	{ "fromto", COLUMN_PARTY },
	{ "noigui", COLUMN_PARTY },
	{ "noinhan", COLUMN_PARTY },
	{ "noiguinhan", COLUMN_PARTY },
	{ "coquan", COLUMN_PARTY },
	{ "coquanbanhanh", COLUMN_PARTY },
	{ "secrecy", COLUMN_SECRECY },
	{ "mat", COLUMN_SECRECY },
	{ "domat", COLUMN_SECRECY },
	{ "mucdomat", COLUMN_SECRECY },
	{ "signer", COLUMN_SIGNER },
	{ "nguoiky", COLUMN_SIGNER },
	{ "hotennguoiky", COLUMN_SIGNER },
	{ "position", COLUMN_POSITION },
	{ "chucvu", COLUMN_POSITION },
	{ "chucvunguoiky", COLUMN_POSITION },
	{ "competence", COLUMN_COMPETENCE },
	{ "thamquyen", COLUMN_COMPETENCE },
	{ "thamquyenky", COLUMN_COMPETENCE },
	{ "thethucky", COLUMN_COMPETENCE },
	{ "note", COLUMN_NOTE },
	{ "notes", COLUMN_NOTE },
	{ "ghichu", COLUMN_NOTE },
	{ "stt", COLUMN_LEFT_OUT },
	{ "tt", COLUMN_LEFT_OUT },
};

bool paper_column_find(const char *name, unsigned *out)
{
	char *folded = text_fold(name), *to = folded;
	bool found = false;

	for (const char *at = folded; at != NULL && *at != '\0'; at++) {
		if ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9'))
			*to++ = *at;
	}
	if (to != NULL)
		*to = '\0';
	for (size_t i = 0; folded != NULL && i < sizeof headings / sizeof headings[0]; i++) {
		if (strcmp(headings[i].name, folded) == 0) {
			*out = headings[i].field;
			found = true;
		}
	}
	free(folded);
	return found;
}
