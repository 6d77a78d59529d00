# Sources of the command line.
TOOLS := cli cli_talk client clocks cmd_check cmd_committee cmd_completion cmd_config cmd_demo cmd_export cmd_help cmd_init cmd_key cmd_lab cmd_list cmd_paper cmd_queue cmd_registry cmd_resend cmd_save \
	cmd_send cmd_show cmd_status cmd_target cmd_verify cmd_watch complete complete_ask doctype_option docx entry_options evidence field form file_name fsutil help cmd_recover \
	json lab lab_process layout manual media output output_json output_plain output_text period ports recipients registry registry_change \
	request_file slips story submission suggest term text tree_file uuid vanthu
# What unit tests use and test of it.
TOOLS_TEST := docx entry_options evidence file_name fsutil layout media period ports text uuid
