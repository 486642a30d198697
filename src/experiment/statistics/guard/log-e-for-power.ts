/** Evidence beyond the threshold that gives a power of about 80 %, by simulation (0.75 to 0.90). */
export const LOG_E_FOR_POWER = 4.5;
