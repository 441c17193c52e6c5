#include <stddef.h>

#include "board.h"

extern uint32_t _stack, _data, _data_end, _data_load, _bss, _bss_end; /* stm32f405.ld */

volatile uint32_t board_tick;

/* The compiler calls these for structs. */
void* memcpy(void* restrict to, const void* restrict from, size_t n) {
  char* t = to;
  const char* f = from;
  while (n-- > 0) *t++ = *f++;
  return to;
}
void* memset(void* to, int c, size_t n) {
  char* t = to;
  while (n-- > 0) *t++ = (char)c;
  return to;
}

static inline void sleep(void) { __asm volatile("wfi"); } /* until an interrupt is pending */

#define CPACR REGISTER(0xE000ED88u)
#define FPDSCR REGISTER(0xE000EF3Cu)
#define FLUSH_TO_ZERO (1u << 24)

static void reset(void) {
  const uint32_t* from = &_data_load;
  uint32_t* to;
  for (to = &_data; to < &_data_end;) *to++ = *from++;
  for (to = &_bss; to < &_bss_end;) *to++ = 0;
  CPACR |= 0xFu << 20; /* the unit for floating point: on, and denormals are zero */
  FPDSCR |= FLUSH_TO_ZERO;
  __asm volatile("dsb\n isb\n vmsr fpscr, %0" ::"r"(FLUSH_TO_ZERO));
  (void)main();
  for (;;) sleep();
}
static void stop(void) {
  for (;;) {
  }
}

/* ---- Ticks ------------------------------------------------------------------------------------------ */

#define SYST_CSR REGISTER(0xE000E010u)
#define SYST_RVR REGISTER(0xE000E014u)
#define SYST_CVR REGISTER(0xE000E018u)

static void tick(void) { ++board_tick; }
void board_ticks(uint32_t cycles) {
  SYST_RVR = cycles - 1u;
  SYST_CVR = 0;
  SYST_CSR = 7; /* core clock, interrupt, on */
}
void board_wait(uint32_t* seen) {
  while (board_tick == *seen) sleep();
  ++*seen;
}

/* ---- USART1 ----------------------------------------------------------------------------------------- */

#define USART_SR REGISTER(0x40011000u)
#define USART_DR REGISTER(0x40011004u)
#define USART_CR1 REGISTER(0x4001100Cu)
#define NVIC_ISER1 REGISTER(0xE000E104u)
enum { RXNE = 1u << 5, TXE = 1u << 7, IRQ_USART1 = 37 };

static volatile uint8_t ring[1024];
static volatile uint32_t head;
static uint32_t tail;

static void usart(void) {
  while (USART_SR & RXNE) {
    ring[head % sizeof ring] = (uint8_t)USART_DR;
    ++head;
  }
}
void board_usart_begin(void) {
  USART_CR1 =
      1u << 13 | RXNE | 1u << 3 | 1u << 2; /* on, interrupt on reception, transmitter, receiver */
  NVIC_ISER1 = 1u << (IRQ_USART1 - 32);
}
int board_usart_read(void) { return tail == head ? -1 : ring[tail++ % sizeof ring]; }
void board_usart_write(const char* text, unsigned n) {
  unsigned i;
  for (i = 0; i < n; ++i) {
    while (!(USART_SR & TXE)) {
    }
    USART_DR = (uint8_t)text[i];
  }
}

/* With interrupts held back nothing comes between looking and sleeping; wfi wakes for those that are pending. */
void board_idle(uint32_t seen) {
  __asm volatile("cpsid i" ::: "memory");
  if (board_tick == seen && head == tail) sleep();
  __asm volatile("cpsie i" ::: "memory");
}

/* ---- Vectors ---------------------------------------------------------------------------------------- */

typedef void (*handler)(void);
__attribute__((section(".vectors"), used)) static const handler vectors[16 + IRQ_USART1 + 1] = {
    (handler)&_stack,
    reset,
    stop,
    stop,
    stop,
    stop,
    stop,
    0,
    0,
    0,
    0,
    stop,
    stop,
    0,
    stop,
    tick,
    [16 + IRQ_USART1] = usart};
