/* See doctype.h. */
#include "routing/rules/doctype.h"

#include <string.h>

static const struct doctype types[] = {
	{ "NQ", "Nghị quyết", "" },
	{ "QĐ", "Quyết định", "QĐi" },
	{ "QĐ", "Quy định", "QyĐ" }, /* QyĐ is the State's abbreviation: 30/2020/NĐ-CP Annex III */
	{ "CT", "Chỉ thị", "" },
	{ "KL", "Kết luận", "" },
	{ "QC", "Quy chế", "" },
	{ "TT", "Thông tri", "" },
	{ "HD", "Hướng dẫn", "" },
	{ "TB", "Thông báo", "" },
	{ "TC", "Thông cáo", "" },
	{ "BC", "Báo cáo", "" },
	{ "KH", "Kế hoạch", "" },
	{ "QH", "Quy hoạch", "" },
	{ "CL", "Chiến lược", "" },
	{ "CTr", "Chương trình", "" },
	{ "ĐA", "Đề án", "" },
	{ "PA", "Phương án", "" },
	{ "DA", "Dự án", "" },
	{ "TTr", "Tờ trình", "" },
	{ "CV", "Công văn", "" },
	{ "BB", "Biên bản", "" },
	{ "TBo", "Tuyên bố", "" },
	{ "LKG", "Lời kêu gọi", "" },
	{ "GM", "Giấy mời", "" },
	{ "GGT", "Giấy giới thiệu", "" },
	/* 30/2020/NĐ-CP Annex III; the Party's guidance has none. */
	{ "GNP", "Giấy nghỉ phép", "" },
	{ "PC", "Phiếu chuyển", "" },
	{ "PG", "Phiếu gửi", "" },
	/* Nobody abbreviates these: their numbers have no symbol of the type. */
	{ "", "Cương lĩnh chính trị", "" },
	{ "", "Điều lệ Đảng", "" },
	{ "", "Giấy chứng nhận", "" },
	{ "", "Giấy đi đường", "" },
	{ "", "Thư công", "" },
};

const struct doctype *doctype_at(unsigned index)
{
	return index < sizeof types / sizeof types[0] ? &types[index] : NULL;
}

text_t doctype_word(const struct doctype *t)
{
	return t->alias[0] != '\0' ? t->alias : t->code[0] != '\0' ? t->code : t->name;
}

enum err doctype_by_code(text_t code, const struct doctype **out)
{
	unsigned found = 0;

	*out = NULL;
	if (code[0] == '\0')
		return ERR_BAD_TYPE;
	for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (types[i].alias[0] != '\0' && strcmp(types[i].alias, code) == 0) {
			*out = &types[i];
			return ERR_OK;
		}
		if (strcmp(types[i].code, code) == 0) {
			*out = &types[i];
			found++;
		}
	}
	return found == 1 ? ERR_OK : found == 0 ? ERR_BAD_TYPE : ERR_AMBIGUOUS;
}
