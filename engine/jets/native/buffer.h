#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace lnn::jets::native {

/// Numbers on cache-line boundaries that only ever grow; new memory is zero.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(long size) { resize(size); }

  /// At least `size` numbers; what was there is lost when it grows.
  void resize(long size) {
    if (size <= size_) return;
    data_.reset(static_cast<T*>(::operator new(sizeof(T) * static_cast<std::size_t>(size), alignment)));
    std::fill_n(data_.get(), size, T(0));
    size_ = size;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(T* p) const { ::operator delete(p, alignment); }
  };

  std::unique_ptr<T, Free> data_;
  long size_ = 0;
};

}  // namespace lnn::jets::native
