/* What edXML has besides: it goes through a document and stands where it stood; and a rest that
 * somebody made up does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/base/limits.h"
#include "tests/unit/support/edxml_dump.h"

#define NS   "http://www.mic.gov.vn/TBT/QCVN_102_2016"
#define HEAD "<edXML xmlns='" NS "'><e:edXMLEnvelope xmlns:e='" NS "'><e:edXMLHeader>"
#define TAIL "</e:edXMLHeader></e:edXMLEnvelope></edXML>"

static struct edxml_outcome o;

static struct edxml_message *read_text(const char *text)
{
	const struct edxml_sink sink = { NULL, NULL, 0 };
	struct edxml_message *m = NULL;
	const struct blob file = { (const uint8_t *)text, strlen(text) };
	enum err e = edxml_read(file, &sink, &o, &m);

	if (e != ERR_OK)
		print_error("%s\n", o.fault.about);
	assert_int_equal(e, ERR_OK);
	return m;
}

static struct blob rest_of(const char *text)
{
	struct edxml_message *m = read_text(text);
	struct blob rest;

	assert_int_equal(edxml_rest_make(m, &rest), ERR_OK);
	edxml_message_free(m);
	return rest;
}

static enum err add(struct edxml_message *m, const char *rest)
{
	return edxml_rest_add(m, (struct blob){ (const uint8_t *)rest, strlen(rest) }, &o);
}

static void drop(struct blob rest)
{
	free((void *)(uintptr_t)rest.data);
}

static const char *const form =
	HEAD "<e:MessageHeader><e:From><e:OrganId>A24.11</e:OrganId><e:Email>a@b.vn</e:Email>"
	"</e:From>"
	     "<e:To><e:OrganId>A24.12</e:OrganId></e:To><e:DocumentId>VB-1</e:DocumentId>"
	     "<e:Code><e:CodeNumber>05</e:CodeNumber><e:CodeNotation>NQ/ĐU</e:CodeNotation>"
	     "</e:Code>"
	     "<e:PromulgationInfo><e:Place>Hà Nội</e:Place></e:PromulgationInfo>"
	     "<e:DocumentType><e:Type>18</e:Type><e:TypeDetail>2</e:TypeDetail>"
	     "<e:TypeName>Nghị quyết</e:TypeName></e:DocumentType>"
	     "<e:Subject>Về việc</e:Subject><e:Content>Toàn văn</e:Content>"
	     "<e:OtherInfo><e:Priority>2</e:Priority><e:TyperNotation>NVA</e:TyperNotation>"
	     "<e:PageAmount>-3</e:PageAmount><e:Appendixes><e:Appendix>PL 1</e:Appendix>"
	     "</e:Appendixes>"
	     "</e:OtherInfo><e:ResponseFor><e:OrganId>G15</e:OrganId><e:Code>9/BTP</e:Code>"
	     "</e:ResponseFor>"
	     "<e:SteeringType>1</e:SteeringType><e:ToPlaces><e:Place>Như trên</e:Place>"
	     "</e:ToPlaces>"
	     "<x:Mới xmlns:x='urn:x' x:a='&lt;&quot;'>giữ &amp; lại<y xmlns=''/></x:Mới>"
	     "</e:MessageHeader><e:TraceHeaderList><e:Bussiness>"
	     "<e:BussinessDocType>2</e:BussinessDocType>"
	     "<e:BussinessDocReason>Bổ sung nơi nhận</e:BussinessDocReason>"
	     "<e:BussinessDocumentInfo><e:DocumentReceiver>1</e:DocumentReceiver><e:ReceiverList>"
	     "<e:Receiver><e:OrganId>A24.13</e:OrganId><e:ReceiverType>1</e:ReceiverType>"
	     "</e:Receiver>"
	     "</e:ReceiverList></e:BussinessDocumentInfo><e:StaffInfo><e:Staff>Bình</e:Staff>"
	     "</e:StaffInfo>"
	     "<z:Lạ xmlns:z='urn:z'/></e:Bussiness><e:TraceHeader><e:OrganId>G15</e:OrganId>"
	     "<e:Timestamp>2026/11/24 09:30:00</e:Timestamp></e:TraceHeader></e:TraceHeaderList>"
	     "<Signature><SignatureValue>eA==</SignatureValue></Signature>"
	     "<Ngoài xmlns='urn:ngoai'>1</Ngoài>" TAIL;

static void test_what_has_no_place_comes_back_where_it_stood(void **state)
{
	struct edxml_message *m = read_text(form), *out = edxml_message_new();
	struct blob rest, again;

	(void)state;
	assert_int_equal(edxml_rest_make(m, &rest), ERR_OK);
	assert_true(rest.len_bytes > 0 && rest.len_bytes <= EDXML_REST_MAX);
	/* nothing of the document itself */
	assert_null(strstr((const char *)rest.data, "VB-1"));
	assert_null(strstr((const char *)rest.data, "A24.12"));
	assert_null(strstr((const char *)rest.data, "Về việc"));
	assert_null(strstr((const char *)rest.data, "Priority"));

	assert_true(edxml_message_set(out, &out->content, "Về việc"));
	assert_true(edxml_message_set(out, &out->type, "1"));
	assert_true(edxml_message_set(out, &out->business_reason, "Cập nhật văn bản điện tử"));
	out->traces = edxml_message_grow(out, out->traces, &out->trace_count, sizeof *out->traces);
	assert_true(edxml_message_set(out, &out->traces[0].organ_id, "A24.11"));
	assert_int_equal(edxml_rest_add(out, rest, &o), ERR_OK);
	assert_string_equal(out->from.email, "a@b.vn");
	assert_string_equal(out->place, "Hà Nội");
	assert_string_equal(out->type, "18");
	assert_string_equal(out->type_detail, "2");
	assert_string_equal(out->content, "Toàn văn");
	assert_string_equal(out->typist, "NVA");
	assert_string_equal(out->pages, "-3");
	assert_string_equal(out->appendixes.items[0], "PL 1");
	assert_string_equal(out->responses[0].organ_id, "G15");
	assert_string_equal(out->steering_type, "1");
	assert_string_equal(out->places.items[0], "Như trên");
	assert_string_equal(out->business_reason, "Bổ sung nơi nhận");
	assert_string_equal(out->receivers_changed, "1");
	assert_string_equal(out->receivers[0].organ_id, "A24.13");
	assert_string_equal(out->staff.staff, "Bình");
	assert_int_equal(out->trace_count, 2); /* theirs, then ours */
	assert_string_equal(out->traces[0].organ_id, "G15");
	assert_string_equal(out->traces[1].organ_id, "A24.11");
	assert_string_equal(out->signature, m->signature);
	assert_int_equal(out->unknown_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(out->unknown[i].place, m->unknown[i].place);
		assert_string_equal(out->unknown[i].xml, m->unknown[i].xml);
	}
	/* the rest of what was written with it is the same rest */
	m->pair_count = 0;
	assert_int_equal(edxml_rest_make(m, &again), ERR_OK);
	assert_int_equal(again.len_bytes, rest.len_bytes);
	assert_memory_equal(again.data, rest.data, rest.len_bytes);
	drop(rest);
	drop(again);
	edxml_message_free(m);
	edxml_message_free(out);
}

static void test_the_rest_of_a_rest_is_itself(void **state)
{
	struct blob rest = rest_of(form), again = rest_of((const char *)rest.data);

	(void)state;
	assert_int_equal(again.len_bytes, rest.len_bytes);
	assert_memory_equal(again.data, rest.data, rest.len_bytes);
	drop(rest);
	drop(again);
	/* the reason of another kind, and a type without a name */
	rest = rest_of(HEAD "<e:MessageHeader><e:DocumentType><e:Type>0</e:Type></e:DocumentType>"
			    "</e:MessageHeader><e:TraceHeaderList><e:Bussiness>"
			    "<e:BussinessDocType>2</e:BussinessDocType><e:BussinessDocReason>"
			    "Văn bản điện tử mới</e:BussinessDocReason></e:Bussiness>"
			    "</e:TraceHeaderList>"
			    TAIL);
	again = rest_of((const char *)rest.data);
	assert_int_equal(again.len_bytes, rest.len_bytes);
	assert_non_null(strstr((const char *)again.data, "Văn bản điện tử mới"));
	drop(rest);
	drop(again);
}

static void test_a_plain_document_has_none(void **state)
{
	struct blob rest = rest_of(
		HEAD "<e:MessageHeader><e:From><e:OrganId>A</e:OrganId></e:From>"
		"<e:Subject>S</e:Subject>"
		     "<e:Content>S</e:Content><e:DocumentType><e:Type>1</e:Type>"
		     "<e:TypeName>Nghị quyết</e:TypeName></e:DocumentType></e:MessageHeader>"
		     "<e:TraceHeaderList><e:Bussiness><e:BussinessDocType>0</e:BussinessDocType>"
		     "<e:BussinessDocReason>Văn bản điện tử mới</e:BussinessDocReason>"
		     "</e:Bussiness>"
		     "</e:TraceHeaderList>" TAIL);

	(void)state;
	assert_int_equal(rest.len_bytes, 0);
	assert_null(rest.data);
}

/* As many bytes of one unknown element, so that the whole is just at the bound. */
static char *with_element(size_t bytes)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fprintf(f, HEAD "<e:MessageHeader><U xmlns='urn:u'>");
	for (size_t i = 0; i < bytes; i++)
		fputc('u', f);
	fprintf(f, "</U></e:MessageHeader>" TAIL);
	fclose(f);
	return text;
}

static void test_more_than_may_be_is_refused_to_the_byte(void **state)
{
	char *text = with_element(1);
	struct blob rest = rest_of(text);
	size_t most = EDXML_REST_MAX - rest.len_bytes + 1;
	struct edxml_message *m;

	(void)state;
	drop(rest);
	free(text);
	text = with_element(most);
	rest = rest_of(text);
	assert_int_equal(rest.len_bytes, EDXML_REST_MAX);
	drop(rest);
	free(text);
	text = with_element(most + 1);
	m = read_text(text);
	assert_int_equal(edxml_rest_make(m, &rest), ERR_EDXML_REST);
	assert_null(rest.data);
	edxml_message_free(m);
	free(text);
}

/* ---- somebody else's ---- */

static void expect_nothing_of(const char *rest, enum err e)
{
	struct edxml_message *m = edxml_message_new(), *none = edxml_message_new();

	assert_int_equal(add(m, rest), e);
	assert_true(edxml_message_equal(m, none));
	edxml_message_free(m);
	edxml_message_free(none);
}

static void test_of_a_hostile_rest_nothing_is_taken(void **state)
{
	char *deep;
	size_t len;
	FILE *f = open_memstream(&deep, &len);

	(void)state;
	expect_nothing_of("no XML at all", ERR_EDXML_OTHER);
	expect_nothing_of("<html/>", ERR_EDXML_OTHER);
	expect_nothing_of("<!DOCTYPE a [<!ENTITY b 'c'>]>" HEAD "<e:MessageHeader/>" TAIL,
			  ERR_EDXML_DTD);
	expect_nothing_of(HEAD "<e:MessageHeader><e:Place/><U>&b;</U></e:MessageHeader>" TAIL,
			  ERR_EDXML_XML);
	expect_nothing_of(HEAD "<e:MessageHeader><U></V></e:MessageHeader>" TAIL, ERR_EDXML_XML);
	expect_nothing_of(HEAD "<e:MessageHeader><U>", ERR_EDXML_XML);
	for (int i = 0; i < 200; i++)
		fprintf(f, i == 0 ? HEAD "<e:MessageHeader>" : "<U>");
	fclose(f);
	expect_nothing_of(deep, ERR_EDXML_BOUND);
	free(deep);
	deep = with_element(EDXML_REST_MAX);
	expect_nothing_of(deep, ERR_EDXML_REST);
	free(deep);
}

/* The document's own fields are never taken from there, by whatever name. */
static void test_a_rest_says_nothing_of_the_document_itself(void **state)
{
	expect_nothing_of(
		HEAD "<e:MessageHeader><e:From><e:OrganId>X</e:OrganId>"
		"<e:OrganName>X</e:OrganName></e:From>"
		     "<e:To><e:OrganId>X</e:OrganId></e:To><e:DocumentId>X</e:DocumentId>"
		     "<e:Code><e:CodeNumber>1</e:CodeNumber><e:CodeNotation>X</e:CodeNotation>"
		     "</e:Code>"
		     "<e:PromulgationInfo><e:PromulgationDate>2026/01/01</e:PromulgationDate>"
		     "</e:PromulgationInfo>"
		     "<e:DocumentType><e:TypeName>X</e:TypeName></e:DocumentType>"
		     "<e:Subject>X</e:Subject>"
		     "<e:SignerInfo><e:Competence>X</e:Competence><e:Position>X</e:Position>"
		     "<e:FullName>X</e:FullName></e:SignerInfo><e:DueDate>2026/01/01</e:DueDate>"
		     "<e:OtherInfo><e:Priority>4</e:Priority></e:OtherInfo>"
		     "<e:StatusCode>02</e:StatusCode>"
		     "<e:Description>X</e:Description></e:MessageHeader><e:TraceHeaderList>"
		     "<e:Bussiness>"
		     "<e:DocumentId>X</e:DocumentId><e:BussinessDocType>1</e:BussinessDocType>"
		     "<e:Paper>9</e:Paper>"
		     "</e:Bussiness></e:TraceHeaderList>"
		     "<vt:Extension xmlns:vt='urn:vanthu:edxml:1'><vt:Field>"
		     "<vt:Name>id</vt:Name><vt:Value>X</vt:Value></vt:Field></vt:Extension>" TAIL,
		ERR_OK);
	(void)state;
}

static enum err to_file(void *ctx, const uint8_t *bytes, size_t len)
{
	return fwrite(bytes, 1, len, ctx) == len ? ERR_OK : ERR_FILE;
}

/* An element that nobody knows where it stands, and everybody where it is written: it stays what it
 * is, however often it is written and read. */
static void test_an_element_in_the_wrong_place_becomes_no_field(void **state)
{
	struct edxml_message *m = read_text(
		HEAD "<e:MessageHeader><e:Subject>Về<e:DueDate>2020/01/01</e:DueDate></e:Subject>"
		     "<e:Code><To><OrganId>A24.99</OrganId></To></e:Code></e:MessageHeader>"
		     "<e:TraceHeaderList><e:Bussiness><e:ReplacementInfoList><e:BussinessDocType>1"
		     "</e:BussinessDocType></e:ReplacementInfoList></e:Bussiness>"
		     "</e:TraceHeaderList>"
		     "<e:edXMLBody><e:edXMLManifest><vt:Extension xmlns:vt='urn:vanthu:edxml:1'>"
		     "<vt:Field>"
		     "<vt:Name>id</vt:Name><vt:Value>X</vt:Value></vt:Field></vt:Extension>"
		     "</e:edXMLManifest></e:edXMLBody>" TAIL);
	struct edxml_message *back = NULL;
	const struct edxml_source source = { NULL, NULL };

	(void)state;
	for (int i = 0; i < 3; i++) {
		char *text;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_int_equal(m->unknown_count, 4);
		assert_int_equal(m->to_count, 0);
		assert_int_equal(m->pair_count, 0);
		assert_string_equal(edxml_text(m->due_date), "");
		assert_string_equal(edxml_text(m->business_type), "");
		assert_int_equal(edxml_write(m, &source, to_file, f), ERR_OK);
		fclose(f);
		back = read_text(text);
		assert_true(edxml_message_equal(m, back));
		edxml_message_free(m);
		m = back;
		free(text);
	}
	edxml_message_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_has_no_place_comes_back_where_it_stood),
		cmocka_unit_test(test_the_rest_of_a_rest_is_itself),
		cmocka_unit_test(test_a_plain_document_has_none),
		cmocka_unit_test(test_more_than_may_be_is_refused_to_the_byte),
		cmocka_unit_test(test_of_a_hostile_rest_nothing_is_taken),
		cmocka_unit_test(test_a_rest_says_nothing_of_the_document_itself),
		cmocka_unit_test(test_an_element_in_the_wrong_place_becomes_no_field),
	};

	return cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
