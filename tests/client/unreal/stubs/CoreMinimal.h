// NOLINTBEGIN: the names are the engine's own
// What the plugin needs of Unreal Engine 5, as far as the test drives it: the names and signatures
// of the engine over the standard library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#define GMEWATCH_API
#define TEXT(text) text
#define THIRD_PARTY_INCLUDES_START
#define THIRD_PARTY_INCLUDES_END
#define UTF8_TO_TCHAR(text) text
#define IMPLEMENT_MODULE(type, name) \
  IModuleInterface* MakeModule() { return new type; }

using uint8 = uint8_t;
using int32 = int32_t;
using TCHAR = char;

class FString {
 public:
  FString(const TCHAR* text = "") : text_(text) {}
  const TCHAR* operator*() const { return text_.c_str(); }
  bool IsEmpty() const { return text_.empty(); }
  FString operator+(const FString& other) const { return FString((text_ + other.text_).c_str()); }

 private:
  std::string text_;
};

class FTCHARToUTF8 {
 public:
  explicit FTCHARToUTF8(const TCHAR* text) : text_(text) {}
  const char* Get() const { return text_.c_str(); }

 private:
  std::string text_;
};

template <class T>
class TArray {
 public:
  void Append(const T* items, int32 count) { items_.insert(items_.end(), items, items + count); }
  const T* GetData() const { return items_.data(); }
  int32 Num() const { return static_cast<int32>(items_.size()); }

 private:
  std::vector<T> items_;
};

template <class T>
T&& MoveTemp(T& value) {
  return static_cast<T&&>(value);
}

template <class T>
class TSharedPtr {
 public:
  TSharedPtr() = default;
  TSharedPtr(std::shared_ptr<T> pointer) : pointer_(std::move(pointer)) {}
  T* operator->() const { return pointer_.get(); }
  T* Get() const { return pointer_.get(); }
  bool IsValid() const { return pointer_ != nullptr; }
  void Reset() { pointer_.reset(); }
  const std::shared_ptr<T>& pointer() const { return pointer_; }

 private:
  std::shared_ptr<T> pointer_;
};

template <class T>
class TWeakPtr {
 public:
  TWeakPtr(const TSharedPtr<T>& shared) : pointer_(shared.pointer()) {}
  TSharedPtr<T> Pin() const { return TSharedPtr<T>(pointer_.lock()); }

 private:
  std::weak_ptr<T> pointer_;
};

template <class T>
class TSharedFromThis : public std::enable_shared_from_this<T> {
 public:
  TSharedPtr<T> AsShared() { return TSharedPtr<T>(this->shared_from_this()); }
};

template <class T>
TSharedPtr<T> MakeShared() {
  return TSharedPtr<T>(std::make_shared<T>());
}

using FDelegateHandle = int;

// A multicast delegate without arguments.
class FSimpleMulticastDelegate {
 public:
  template <class T>
  FDelegateHandle AddRaw(T* object, void (T::*method)()) {
    calls_[++last_] = [object, method] { (object->*method)(); };
    return last_;
  }
  void Remove(FDelegateHandle handle) { calls_.erase(handle); }
  void Broadcast() {
    for (auto& [handle, call] : std::map(calls_)) {
      call();
    }
  }
  size_t size() const { return calls_.size(); }

 private:
  FDelegateHandle last_ = 0;
  std::map<FDelegateHandle, std::function<void()>> calls_;
};
// NOLINTEND
