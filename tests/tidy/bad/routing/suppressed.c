/* A warning silenced without a reason. */
#pragma GCC diagnostic ignored "-Wconversion"
int suppressed;
