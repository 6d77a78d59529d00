/* The tree of the year: the Ministry of Justice's Party committee and thirty below it, as in
 * etc/bo-tu-phap-2025.yaml and with more examples of its kind. */
#include <stdio.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "tests/sim/year.h"

static const struct {
	text_t id, name, symbol;
	int superior;
} tree[YEAR_MEMBERS] = {
	{ "btp", "Đảng ủy Bộ Tư pháp", "ĐU", -1 },
	{ "vanphong", "Chi bộ Văn phòng Bộ", "CB", 0 },
	{ "tccb", "Chi bộ Vụ Tổ chức cán bộ", "CB", 0 },
	{ "khtc", "Chi bộ Cục Kế hoạch - Tài chính", "CB", 0 },
	{ "cntt", "Chi bộ Cục Công nghệ thông tin", "CB", 0 },
	{ "thads", "Đảng ủy Cục Quản lý Thi hành án dân sự", "ĐUTHA", 0 },
	{ "dhl", "Đảng ủy Trường Đại học Luật Hà Nội", "ĐUĐHL", 0 },
	{ "hvtp", "Đảng ủy Học viện Tư pháp", "ĐUHV", 0 },
	{ "htqt", "Chi bộ Vụ Hợp tác quốc tế", "CB", 0 },
	{ "htqtct", "Đảng bộ Cục Hành chính tư pháp", "ĐUHC", 0 },
	{ "thads-nv1", "Chi bộ Ban Nghiệp vụ 1", "CB", 5 },
	{ "thads-nv2", "Chi bộ Ban Nghiệp vụ 2", "CB", 5 },
	{ "thads-nv3", "Chi bộ Ban Nghiệp vụ 3", "CB", 5 },
	{ "thads-tccb", "Chi bộ Ban Tổ chức cán bộ", "CB", 5 },
	{ "thads-khtc", "Chi bộ Ban Kế hoạch - Tài chính", "CB", 5 },
	{ "thads-vp", "Chi bộ Văn phòng Cục", "CB", 5 },
	{ "thads-tt", "Chi bộ Trung tâm Dữ liệu", "CB", 5 },
	{ "dhl-ppl", "Chi bộ Khoa Pháp luật hình sự", "CB", 6 },
	{ "dhl-pds", "Chi bộ Khoa Pháp luật dân sự", "CB", 6 },
	{ "dhl-pkt", "Chi bộ Khoa Pháp luật kinh tế", "CB", 6 },
	{ "dhl-pqt", "Chi bộ Khoa Pháp luật quốc tế", "CB", 6 },
	{ "dhl-hc", "Chi bộ Khoa Hành chính - Nhà nước", "CB", 6 },
	{ "dhl-dt", "Chi bộ Phòng Đào tạo", "CB", 6 },
	{ "dhl-tv", "Chi bộ Thư viện", "CB", 6 },
	{ "hvtp-ls", "Chi bộ Khoa Đào tạo luật sư", "CB", 7 },
	{ "hvtp-cc", "Chi bộ Khoa Đào tạo công chứng viên", "CB", 7 },
	{ "hvtp-tp", "Chi bộ Khoa Đào tạo thẩm phán", "CB", 7 },
	{ "hvtp-qlkh", "Chi bộ Phòng Quản lý khoa học", "CB", 7 },
	{ "htqtct-ht", "Chi bộ Phòng Hộ tịch", "CB", 9 },
	{ "htqtct-qt", "Chi bộ Phòng Quốc tịch", "CB", 9 },
	{ "htqtct-llt", "Chi bộ Phòng Lý lịch tư pháp", "CB", 9 },
};

static const struct year_kind kinds[YEAR_KINDS] = {
	{ "CV", "Công văn", "auto", false },  { "CV", "Công văn", "auto", false },
	{ "BC", "Báo cáo", "auto", false },   { "KH", "Kế hoạch", "auto", false },
	{ "TB", "Thông báo", "auto", false }, { "QĐ", "Quyết định", "auto", false },
	{ "QĐ", "Quy định", "auto", false },  { "QĐ", "Quyết định", "auto/QĐ-BTP", true },
};

void year_name(int index, struct committee_id *out)
{
	*out = (struct committee_id){ "" };
	snprintf(out->text, sizeof out->text, "%s", tree[index].id);
}

int year_superior(int index)
{
	return tree[index].superior;
}

void year_describe(int index, struct rec_committee *out)
{
	out->name = tree[index].name;
	out->symbol = tree[index].symbol;
}

/* The top's on 8 August with that of the university, then those of others. */
int year_term_day(int index)
{
	switch (index) {
	case 0:
	case 6:
		return 38;
	case 5:
	case 18:
		return 100;
	case 4:
		return 230;
	default:
		return -1;
	}
}

int year_end_day(int index)
{
	return index == YEAR_ENDS ? YEAR_END_DAY : index == YEAR_MERGES ? YEAR_MERGE_DAY : -1;
}

int year_heir(int index)
{
	return index == YEAR_MERGES ? YEAR_MERGES_INTO : 0;
}

const struct year_kind *year_kind(unsigned kind)
{
	return &kinds[kind];
}

void year_print_tree(void)
{
	printf("committees:\n");
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		printf("  - {id: %s, name: \"%s\", symbol: \"%s\"", tree[i].id, tree[i].name,
		       tree[i].symbol);
		if (tree[i].superior >= 0)
			printf(", superior: %s", tree[tree[i].superior].id);
		if (tree[i].superior < 0)
			printf(", term: {name: \"2025-2030\", from: 2025-08-08}");
		printf("}\n");
	}
}
