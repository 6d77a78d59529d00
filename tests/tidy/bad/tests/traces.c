/* A path of somebody's machine: /work/somewhere. */
int traces;
