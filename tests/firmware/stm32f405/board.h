/* STM32F405 as far as this firmware needs it: core clock, SysTick, floating point, USART1. The clock tree is left as a boot
 * loader set it up: 168 MHz. Registers: ST RM0090; ARMv7-M Architecture Reference Manual, B3.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

#define CORE_HZ 168000000u
#define REGISTER(address) (*(volatile uint32_t*)(address))

/* Ticks every so many core cycles, at most 2^24. */
void board_ticks(uint32_t cycles);
extern volatile uint32_t board_tick;
/* Sleeps until a tick that `*seen` does not count yet, and counts it. */
void board_wait(uint32_t* seen);
/* Sleeps until there is a tick beyond `seen`, or a byte. */
void board_idle(uint32_t seen);

/* USART1 with interrupts. A byte, or -1 where none has come. */
void board_usart_begin(void);
int board_usart_read(void);
void board_usart_write(const char* text, unsigned n);

int main(void);

#endif
