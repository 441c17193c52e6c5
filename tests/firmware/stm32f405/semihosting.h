/* Files of the machine that emulates this one. A read blocks, and the clock of the firmware with it: that is what keeps it in
 * step. Source: Arm, Semihosting for AArch32 and AArch64.
 */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

static inline int32_t semihosting(uint32_t operation, const void* block) {
  register uint32_t r0 __asm("r0") = operation;
  register const void* r1 __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return (int32_t)r0;
}

enum { FILE_READ = 1 /* rb */, FILE_WRITE = 5 /* wb */ };

static inline uint32_t semihosting_length(const char* text) {
  uint32_t n = 0;
  while (text[n] != '\0') ++n;
  return n;
}
/* A handle, or -1. */
static inline int32_t semihosting_open(const char* path, uint32_t mode) {
  const uint32_t block[3] = {(uint32_t)path, mode, semihosting_length(path)};
  return semihosting(0x01, block);
}
/* Bytes that came, at least one; 0 at the end. */
static inline uint32_t semihosting_read(int32_t file, uint8_t* to, uint32_t n) {
  const uint32_t block[3] = {(uint32_t)file, (uint32_t)to, n};
  const int32_t left = semihosting(0x06, block);
  return left < 0 || (uint32_t)left > n ? 0 : n - (uint32_t)left;
}
/* 1 where all was written. */
static inline int semihosting_write(int32_t file, const uint8_t* from, uint32_t n) {
  const uint32_t block[3] = {(uint32_t)file, (uint32_t)from, n};
  return semihosting(0x05, block) == 0;
}
static inline void semihosting_print(const char* text) { semihosting(0x04, text); }
/* What stands behind the program's name on the command line: -append. */
static inline int semihosting_arguments(char* to, uint32_t n) {
  const uint32_t block[2] = {(uint32_t)to, n};
  return semihosting(0x15, block) == 0;
}
static inline void semihosting_exit(uint32_t code) {
  const uint32_t block[2] = {0x20026u, code}; /* the application has ended */
  semihosting(0x20, block);
}

#endif
