// Decodes JPEG and PNG files to 8-bit RGB and drops the pixels: the least that a scanner of whole pictures has to do.
//
//     decode [-j PROCESSES] FILE...

#include <fcntl.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

typedef struct {
    unsigned char *bytes;
    size_t count, capacity;
} Buffer;

typedef struct {
    const unsigned char *next, *end;
} Cursor;

static void fail(const char *what) {
    fprintf(stderr, "decode: %s\n", what);
    exit(1);
}

static void reserve(Buffer *buffer, size_t count) {
    buffer->count = count;
    if (count <= buffer->capacity) return;
    buffer->bytes = realloc(buffer->bytes, count);
    if (!buffer->bytes) fail("out of memory");
    buffer->capacity = count;
}

static void read_file(const char *path, Buffer *file) {
    struct stat status;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &status) != 0) fail(path);
    reserve(file, (size_t)status.st_size);
    for (size_t done = 0; done < file->count;) {
        ssize_t got = read(descriptor, file->bytes + done, file->count - done);
        if (got <= 0) fail(path);
        done += (size_t)got;
    }
    close(descriptor);
}

static void decode_jpeg(const Buffer *file, Buffer *pixels) {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);  // prints its message and exits
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, file->bytes, file->count);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_RGB;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    size_t stride = (size_t)jpeg.output_width * 3;
    reserve(pixels, stride * jpeg.output_height);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = pixels->bytes + stride * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

static void read_png(png_structp png, png_bytep bytes, size_t count) {
    Cursor *cursor = png_get_io_ptr(png);
    if ((size_t)(cursor->end - cursor->next) < count) png_error(png, "file is too short");
    memcpy(bytes, cursor->next, count);
    cursor->next += count;
}

static void decode_png(const Buffer *file, Buffer *pixels) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png))) fail("broken PNG file");
    Cursor cursor = {file->bytes, file->bytes + file->count};
    png_set_read_fn(png, &cursor, read_png);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = png_get_rowbytes(png, info), height = png_get_image_height(png, info);
    reserve(pixels, stride * height);
    while (passes--)
        for (size_t y = 0; y < height; y++) png_read_row(png, pixels->bytes + stride * y, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
}

static void work(char **paths, int count, atomic_int *taken) {
    Buffer file = {0}, pixels = {0};
    for (int index; (index = atomic_fetch_add(taken, 1)) < count;) {
        read_file(paths[index], &file);
        if (file.count >= 8 && png_sig_cmp(file.bytes, 0, 8) == 0) decode_png(&file, &pixels);
        else decode_jpeg(&file, &pixels);
    }
}

int main(int count, char **arguments) {
    int processes = 1, option;
    while ((option = getopt(count, arguments, "j:")) == 'j') processes = atoi(optarg);
    if (option != -1 || processes < 1) fail("usage: decode [-j PROCESSES] FILE...");
    atomic_int *taken = mmap(NULL, sizeof *taken, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (taken == MAP_FAILED) fail("out of memory");
    for (int process = 0; process < processes; process++) {
        pid_t child = fork();
        if (child < 0) fail("cannot start a process");
        if (child > 0) continue;
        work(arguments + optind, count - optind, taken);
        exit(0);
    }
    int status, failed = 0;
    while (wait(&status) > 0) failed |= status;
    return failed != 0;
}
