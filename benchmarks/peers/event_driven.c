/* The event-driven follicle engine in plain C: the same algorithm, tables, draws and order of
 * floating-point operations a follicle as follicle_sim/engine: counts must agree exactly, sums but
 * for the order of their terms.
 * Written by hand from the model, one function for one function, for a C compiler at -O3; nothing
 * here knows of Python. Array shapes are in the comments, the last index fastest.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ANAGEN, CATAGEN, TELOGEN, KENOGEN, LOST };
enum { LOG_CALIBRE = 4, GROWN = 5, TABLES = 6 };
enum { ATTACK_HAZARD, DESTRUCTION_HAZARD };
enum { INITIAL_PHASE = 4, INITIAL_DURATION, ATTACK, DESTRUCTION, STRATUM, FULL_CALIBRE };
enum { PHASE_END, ATTACKED, DESTROYED };
enum { SEEN, TERMINAL, SEEN_ANAGEN, CALIBRE_SUM, GROWTH_SUM, WEIGHT_SUM, SHED, GROWS, PHASES,
       COLUMNS = PHASES + 5 };

typedef struct {
    double mean[4], sigma[4], gamma[3], brake[3];
    double reversible, calibre_log_min, calibre_log_max, full_calibre, full_calibre_sigma, growth;
    double emergence_length, detection_calibre, terminal_calibre, shed_window;
} Rules;

typedef struct { /* rows of subject-level forcing; a stride of 0 shares one row between subjects */
    int64_t nodes, strata, stride;
    const double *grid, *severity, *progression, *growth_scale; /* (T,), (S,), (S,), (S,) */
    const double *miniaturisation, *reversible, *brake, *gain;  /* (S or 1, T) */
    const double *log_rho;                                      /* (S or 1, 3, T) */
    const double *attack, *destruction;                         /* (T,) */
    const double *sensitivity;                                  /* (G,) */
} Block;

typedef struct {
    int64_t nodes, strata;
    const double *grid;
    double *table;  /* (6, G, T) */
    double *hazard; /* (2, T) */
    int attacked, destroyed;
} Clocks;

typedef struct {
    double due, next, entered, mark, club, shed, attack, destruction, full_calibre;
    uint32_t cycle, cell;
    uint16_t stratum; uint8_t phase, cause;
} Follicle;

typedef struct { uint32_t seed, replicate, stream, subject; } Name;

static inline double from_bits(uint64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
static inline uint64_t to_bits(double x) { uint64_t bits; memcpy(&bits, &x, 8); return bits; }
static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;

static inline double own_exp(double x) {
    const double rounder = 6755399441055744.0;
    x = clamp(x, -700.0, 700.0);
    double shifted = x * 0x1.71547652b82fep+0 + rounder, k = shifted - rounder;
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    static const double c[11] = {1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
        1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5};
    double p = 1.0 / 6227020800;
    for (int i = 0; i < 11; i++) p = c[i] + r * p;
    double scale = from_bits((to_bits(shifted) - to_bits(rounder) + 1023) << 52);
    return (1.0 + (r + r * r * p)) * scale;
}

static inline double own_log(double x) {
    uint64_t bits = to_bits(x);
    int64_t k = (int64_t)(bits >> 52) - 1023;
    double m = from_bits((bits & 0xFFFFFFFFFFFFF) | (1023ULL << 52));
    if (m > 1.4142135623730951) { m *= 0.5; k += 1; }
    double f = (m - 1.0) / (m + 1.0), s = f * f;
    double p = 1.0 / 21.0 + s * (1.0 / 23.0);
    for (int n = 19; n >= 3; n -= 2) p = 1.0 / n + s * p;
    return k * LN2_HIGH + (2.0 * f + (2.0 * f * s * p + k * LN2_LOW));
}

/* Philox4x32-10, then two uniforms in (0, 1) from the four words. */
static inline double draw(Name name, uint32_t follicle, uint32_t cycle, uint32_t decision,
                          double *second) {
    uint32_t x0 = name.subject, x1 = follicle, x2 = cycle, x3 = name.stream << 8 | decision;
    uint32_t k0 = name.seed, k1 = name.replicate;
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53 * x0, b = (uint64_t)0xCD9E8D57 * x2;
        x0 = (uint32_t)(b >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)b;
        x2 = (uint32_t)(a >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)a;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    *second = ((double)((uint64_t)(x2 >> 6) << 26 | x3 >> 6) + 0.5) * 0x1p-52;
    return ((double)((uint64_t)(x0 >> 6) << 26 | x1 >> 6) + 0.5) * 0x1p-52;
}

static inline double first(Name name, uint32_t follicle, uint32_t cycle, uint32_t decision) {
    double unused;
    return draw(name, follicle, cycle, decision, &unused);
}

static inline double horner(const double *c, double r) {
    double sum = c[0];
    for (int i = 1; i < 8; i++) sum = sum * r + c[i];
    return sum;
}

/* Algorithm AS 241, PPND16 (Wichura 1988). */
static inline double normal_quantile(double p) {
    static const double
        centre_above[8] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853,
            45921.953931549871457, 13731.693765509461125, 1971.5909503065514427,
            133.14166789178437745, 3.387132872796366608},
        centre_below[8] = {5226.495278852545925, 28729.085735721942674, 39307.89580009271061,
            21213.794301586595867, 5394.1960214247511077, 687.1870074920579083,
            42.313330701600911252, 1.0},
        side_above[8] = {7.7454501427834140764e-4, 0.0227238449892691845833,
            0.24178072517745061177, 1.27045825245236838258, 3.64784832476320460504,
            5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734},
        side_below[8] = {1.05075007164441684324e-9, 5.475938084995344946e-4,
            0.0151986665636164571966, 0.14810397642748007459, 0.68976733498510000455,
            1.6763848301838038494, 2.05319162663775882187, 1.0},
        tail_above[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
            0.0012426609473880784386, 0.026532189526576123093, 0.29656057182850489123,
            1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772},
        tail_below[8] = {2.04426310338993978564e-15, 1.4215117583164458887e-7,
            1.8463183175100546818e-5, 7.868691311456132591e-4, 0.0148753612908506148525,
            0.13692988092273580531, 0.59983220655588793769, 1.0};
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * horner(centre_above, r) / horner(centre_below, r);
    }
    double r = sqrt(-own_log(q < 0.0 ? p : 1.0 - p));
    double z = r <= 5.0 ? horner(side_above, r - 1.6) / horner(side_below, r - 1.6)
                        : horner(tail_above, r - 5.0) / horner(tail_below, r - 5.0);
    return q < 0.0 ? -z : z;
}

static void accumulate(const double *speed, const double *grid, int64_t nodes, double *total) {
    total[0] = 0.0;
    for (int64_t i = 1; i < nodes; i++)
        total[i] = total[i - 1] + 0.5 * (grid[i] - grid[i - 1]) * (speed[i - 1] + speed[i]);
}

/* a rate that is constant in each cell and given at the cell's first node */
static void accumulate_cells(const double *rate, const double *grid, int64_t nodes, double *total) {
    total[0] = 0.0;
    for (int64_t i = 1; i < nodes; i++)
        total[i] = total[i - 1] + (grid[i] - grid[i - 1]) * rate[i - 1];
}

static inline double *row_of(const Clocks *c, int row, int64_t g) {
    return c->table + (row * c->strata + g) * c->nodes;
}

/* Fill the tables of subject s; `speed` is room for T numbers. */
static void build_clocks(Clocks *c, const Block *b, const Rules *rules, int64_t s, double *speed,
                         double *aged) {
    int64_t T = b->nodes, row = s * b->stride;
    const double *miniaturisation = b->miniaturisation + row, *reversible = b->reversible + row;
    const double *brake = b->brake + row, *gain = b->gain + row, *log_rho = b->log_rho + 3 * row;
    for (int64_t i = 0; i < T; i++) {
        double m = b->severity[s] + b->progression[s] * miniaturisation[i];
        aged[i] = m > 0.0 ? m : 0.0;
    }
    for (int64_t g = 0; g < b->strata; g++) {
        double a = b->sensitivity[g], root = sqrt(a), *x = row_of(c, LOG_CALIBRE, g);
        for (int64_t i = 0; i < T; i++) {
            double raw = -a * aged[i] - rules->reversible * root * reversible[i];
            x[i] = clamp(raw + gain[i], rules->calibre_log_min, rules->calibre_log_max);
        }
        for (int64_t i = 0; i < T; i++)
            speed[i] = rules->growth * b->growth_scale[s] * own_exp(x[i]);
        accumulate(speed, b->grid, T, row_of(c, GROWN, g));
        for (int k = 0; k < 3; k++) {
            double gamma = rules->gamma[k], pull = rules->brake[k] * root;
            for (int64_t i = 0; i < T; i++)
                speed[i] = own_exp(gamma * x[i] + pull * brake[i] + log_rho[k * T + i]);
            accumulate(speed, b->grid, T, row_of(c, k == 0 ? ANAGEN : k + 1, g));
        }
        double *even = row_of(c, CATAGEN, g);
        for (int64_t i = 0; i < T; i++) even[i] = b->grid[i] - b->grid[0];
    }
    accumulate_cells(b->attack, b->grid, T, c->hazard);
    accumulate_cells(b->destruction, b->grid, T, c->hazard + T);
    c->attacked = c->hazard[T - 1] > 0.0;
    c->destroyed = c->hazard[2 * T - 1] > 0.0;
}

static int same_forcing(const Block *b, int64_t s) {
    return b->stride == 0 && b->severity[s] == b->severity[s - 1]
        && b->progression[s] == b->progression[s - 1]
        && b->growth_scale[s] == b->growth_scale[s - 1];
}

static int64_t cell_of(double t, const double *grid, int64_t nodes) {
    int64_t low = 0, high = nodes - 1;
    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (grid[middle] <= t) low = middle; else high = middle;
    }
    return low;
}

static inline double interpolate(const double *row, int64_t cell, double share) {
    return row[cell] + share * (row[cell + 1] - row[cell]);
}

/* When a table reaches `level`, and in which cell: jump, gallop, bisect. */
static inline double inverse(const double *row, const double *grid, int64_t nodes, int64_t cell,
                             double level, int64_t *found) {
    int64_t last = nodes - 1, low = cell, high, step = 1;
    *found = last - 1;
    if (!(level < row[last])) return INFINITY;
    double rise = row[cell + 1] - row[cell];
    if (rise > 0.0) {
        double jump = (level - row[cell]) / rise;
        low = smaller(cell + (int64_t)(jump < (double)last ? jump : (double)last), last - 1);
        if (low < 0) low = 0;
    }
    if (row[low] > level) {
        high = low;
        while (low > 0 && row[low] > level) {
            high = low;
            low = low - step > 0 ? low - step : 0;
            step *= 2;
        }
    } else {
        high = low + 1;
        while (row[high] <= level) {
            low = high;
            high = smaller(last, high + step);
            step *= 2;
        }
    }
    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (row[middle] <= level) low = middle; else high = middle;
    }
    double over = level - row[low];
    double share = (over > 0.0 ? over : 0.0) / (row[high] - row[low]);
    *found = low;
    return grid[low] + (grid[high] - grid[low]) * share;
}

static inline double duration(Name name, uint32_t i, uint32_t cycle, int phase, const Rules *r) {
    if (r->mean[phase] == 0.0) return 0.0;
    double z = normal_quantile(first(name, i, cycle, phase)), sigma = r->sigma[phase];
    return r->mean[phase] * own_exp(sigma * z - 0.5 * sigma * sigma);
}

static inline void schedule(Follicle *f, const Clocks *c, int64_t cell, double now) {
    double following = INFINITY, rival;
    int64_t there = cell, found, cause = PHASE_END;
    if (f->phase != LOST) {
        following = inverse(row_of(c, f->phase, f->stratum), c->grid, c->nodes, cell, f->due,
                            &there);
        if (c->attacked && f->phase == ANAGEN) {
            rival = inverse(c->hazard, c->grid, c->nodes, cell, f->attack, &found);
            if (rival < following) { following = rival; there = found; cause = ATTACKED; }
        }
        if (c->destroyed) {
            rival = inverse(c->hazard + c->nodes, c->grid, c->nodes, cell, f->destruction, &found);
            if (rival < following) { following = rival; there = found; cause = DESTROYED; }
        }
    }
    f->cell = (uint32_t)there;
    f->cause = (uint8_t)cause;
    f->next = following > now ? following : now;
}

static void initialise(Follicle *state, int64_t n, const Clocks *c, const Rules *r, Name name) {
    double step = c->grid[1] - c->grid[0];
    for (int64_t i = 0; i < n; i++) {
        Follicle *f = state + i;
        f->stratum = (uint16_t)smaller((int64_t)(first(name, i, 0, STRATUM) * c->strata),
                                       c->strata - 1);
        double z = normal_quantile(first(name, i, 0, FULL_CALIBRE)), s = r->full_calibre_sigma;
        f->full_calibre = r->full_calibre * own_exp(s * z - 0.5 * s * s);
        f->cycle = 0;
        f->mark = 0.0;
        f->shed = -INFINITY;
        f->club = own_exp(row_of(c, LOG_CALIBRE, f->stratum)[0]);
        f->attack = c->attacked ? -own_log(first(name, i, 0, ATTACK)) : INFINITY;
        f->destruction = c->destroyed ? -own_log(first(name, i, 0, DESTRUCTION)) : INFINITY;

        double weight[4], total = 0.0, position;
        for (int p = 0; p < 4; p++) {
            weight[p] = r->mean[p] * step / row_of(c, p, f->stratum)[1];
            total += weight[p];
        }
        double u = draw(name, i, 0, INITIAL_PHASE, &position), below = weight[ANAGEN];
        int p = ANAGEN;
        while (p < KENOGEN && u * total >= below) below += weight[++p];
        z = normal_quantile(first(name, i, 0, INITIAL_DURATION));
        double sigma = r->sigma[p], whole = r->mean[p] * own_exp(sigma * z + 0.5 * sigma * sigma);
        double elapsed = position * whole, days = elapsed * step / row_of(c, p, f->stratum)[1];
        f->phase = (uint8_t)p;
        f->due = whole - elapsed;
        f->entered = c->grid[0] - days;
        if (p == ANAGEN) f->mark = -days * row_of(c, GROWN, f->stratum)[1] / step;
        if (p == KENOGEN) f->shed = f->entered;
        schedule(f, c, 0, c->grid[0]);
    }
}

static inline void event(Follicle *f, uint32_t i, const Clocks *c, const Rules *r, Name name) {
    double now = f->next;
    int64_t cell = f->cell, g = f->stratum;
    double share = (now - c->grid[cell]) / (c->grid[cell + 1] - c->grid[cell]);
    f->entered = now;
    if (f->cause == DESTROYED) {
        f->phase = LOST, f->next = INFINITY;
        return;
    }
    if (f->phase == ANAGEN) {
        f->phase = CATAGEN;
        f->club = own_exp(interpolate(row_of(c, LOG_CALIBRE, g), cell, share));
    } else if (f->phase == CATAGEN) {
        f->phase = TELOGEN;
    } else if (f->phase == TELOGEN) {
        f->phase = KENOGEN;
        f->shed = now;
    } else {
        f->phase = ANAGEN;
        f->cycle += 1;
        f->mark = interpolate(row_of(c, GROWN, g), cell, share);
        if (c->attacked)
            f->attack = interpolate(c->hazard, cell, share)
                        - own_log(first(name, i, f->cycle, ATTACK));
    }
    f->due = interpolate(row_of(c, f->phase, g), cell, share)
             + duration(name, i, f->cycle, f->phase, r);
    schedule(f, c, cell, now);
}

/* readings: relative calibre of a growing hair, then the growth reading, of each stratum. */
static inline void see(const Follicle *f, double now, const double *readings, int64_t strata,
                       const Rules *r, double scale, double *tally) {
    int growing = f->phase == ANAGEN;
    int out = readings[strata + f->stratum] - f->mark >= r->emergence_length;
    double relative = growing ? readings[f->stratum] : f->club;
    double calibre = f->full_calibre * relative, thickness = calibre / r->full_calibre;
    int shown = (growing ? out : f->phase < KENOGEN) & (calibre >= r->detection_calibre);
    double seen = shown, seen_growing = growing ? seen : 0.0;
    tally[PHASES + f->phase] += 1.0;
    tally[SHED] += now - f->shed <= r->shed_window ? 1.0 : 0.0;
    tally[SEEN] += seen;
    tally[CALIBRE_SUM] += seen * calibre;
    tally[TERMINAL] += calibre >= r->terminal_calibre ? seen : 0.0;
    tally[SEEN_ANAGEN] += seen_growing;
    tally[GROWS] += seen_growing;
    tally[GROWTH_SUM] += seen_growing * r->growth * scale * relative;
    tally[WEIGHT_SUM] += seen_growing * thickness * thickness * scale * relative;
}

/* Live S subjects through V visits; tallies (S, V, COLUMNS) out; returns events, -1 if no memory. */
int64_t run_block(const Block *b, const Rules *rules, const int64_t *keys, int64_t subjects,
                  const int64_t *subject, const int64_t *follicles, int64_t visits,
                  const double *visit, double *tallies) {
    int64_t T = b->nodes, G = b->strata, events = 0, most = 0;
    for (int64_t s = 0; s < subjects; s++) most = follicles[s] > most ? follicles[s] : most;
    Clocks c = {T, G, b->grid, malloc(sizeof(double) * TABLES * G * T),
                malloc(sizeof(double) * 2 * T), 0, 0};
    double *speed = malloc(sizeof(double) * T), *aged = malloc(sizeof(double) * T);
    double *readings = malloc(sizeof(double) * visits * 2 * G);
    Follicle *state = malloc(sizeof(Follicle) * most);
    if (!c.table || !c.hazard || !speed || !aged || !readings || !state) events = -1;
    for (int64_t s = 0; s < subjects && events >= 0; s++) {
        Name name = {keys[0], keys[1], keys[2], subject[s]};
        double *tally = tallies + s * visits * COLUMNS, scale = b->growth_scale[s];
        if (s == 0 || !same_forcing(b, s)) build_clocks(&c, b, rules, s, speed, aged);
        initialise(state, follicles[s], &c, rules, name);
        for (int64_t v = 0; v < visits; v++) {
            int64_t cell = cell_of(visit[v], c.grid, T);
            double share = (visit[v] - c.grid[cell]) / (c.grid[cell + 1] - c.grid[cell]);
            for (int64_t g = 0; g < G; g++) {
                double x = interpolate(row_of(&c, LOG_CALIBRE, g), cell, share);
                readings[v * 2 * G + g] = own_exp(x);
                readings[v * 2 * G + G + g] = interpolate(row_of(&c, GROWN, g), cell, share);
            }
        }
        memset(tally, 0, sizeof(double) * visits * COLUMNS);
        for (int64_t i = 0; i < follicles[s]; i++) {
            Follicle *f = state + i;
            for (int64_t v = 0; v < visits; v++) {
                for (; f->next <= visit[v]; events++) event(f, (uint32_t)i, &c, rules, name);
                see(f, visit[v], readings + v * 2 * G, G, rules, scale, tally + v * COLUMNS);
            }
        }
    }
    free(c.table); free(c.hazard); free(speed); free(aged); free(readings); free(state);
    return events;
}
